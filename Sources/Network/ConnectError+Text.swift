import Diagnostics

extension ConnectError: CustomStringConvertible {
    /// A sentence for each thing that was tried.
    public var description: String { failures.map(\.description).joined(separator: " ") }
}

extension ConnectError.Failure: CustomStringConvertible {
    /// One sentence that names the host, the port and what was in the way.
    public var description: String {
        let place = address.map { "\(endpoint) (\($0))" } ?? "\(endpoint)"
        return switch cause {
        case .unknownName(let reason): "The host '\(endpoint.name)' is not known: \(reason)."
        case .lookUpFailed(let reason):
            "The host '\(endpoint.name)' could not be looked up: \(reason)."
        case .lookUpRefused:
            "The host '\(endpoint.name)' was not looked up: too many others are."
        case .refused: "\(place) refused the connection: nothing listens there."
        case .unreachable(let code): "\(place) cannot be reached: \(systemMessage(code))."
        case .noSocket: "There is no socket \(place)."
        case .notPermitted: "This process may not connect to \(place)."
        case .timedOut(.lookUp): "The host '\(endpoint.name)' was not looked up in time."
        case .timedOut(.connection): "\(place) did not take the connection in time."
        case .timedOut(.handshake): "\(place) did not finish the TLS handshake in time."
        case .ended: "\(place) ended the connection during the TLS handshake."
        case .tls(let error): "\(place): \(error)"
        case .system(let error): "\(place): \(error)"
        case .loopEnded: "\(place) was not connected to: the server stops."
        }
    }
}

extension ConnectError.Cause {
    /// What programs know it by.
    var code: String {
        switch self {
        case .unknownName: "host_unknown"
        case .lookUpFailed, .lookUpRefused, .timedOut(.lookUp): "host_lookup_failed"
        case .refused: "connection_refused"
        case .unreachable: "host_unreachable"
        case .noSocket: "no_such_socket"
        case .notPermitted: "connection_not_permitted"
        case .timedOut(.connection), .timedOut(.handshake): "connection_timed_out"
        case .ended: "connection_ended"
        case .tls(let error): error.code
        case .system(let error): error.code
        case .loopEnded: "stopping"
        }
    }
}
