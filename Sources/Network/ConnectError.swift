import Glibc

/// Why no connection was made: what was tried, in order, and how each of it failed.
public struct ConnectError: Error, Hashable, Sendable {
    /// One address, or an endpoint as a whole, that could not be used.
    public struct Failure: Hashable, Sendable {
        /// Where it should have led.
        public let endpoint: Endpoint
        /// The address that was tried, without its port; nil if none was, or it is the endpoint.
        public let address: String?
        /// What was in the way.
        public let cause: Cause

        /// A failure, also one that the user of a connection finds, who then words it in one way
        /// with the others.
        public init(_ endpoint: Endpoint, address: String? = nil, _ cause: Cause) {
            self.endpoint = endpoint
            self.address = address == endpoint.name ? nil : address
            self.cause = cause
        }
    }

    /// How far a connection had come when its time was over.
    public enum Step: Hashable, Sendable {
        case lookUp, connection, handshake
    }

    /// What was in the way.
    public enum Cause: Error, Hashable, Sendable {
        /// The name is not known, or has no address; `reason` is the resolver's.
        case unknownName(reason: String)
        /// The name could not be looked up; `reason` is the resolver's.
        case lookUpFailed(reason: String)
        /// Too many names are being looked up.
        case lookUpRefused
        /// Nothing listens there.
        case refused
        /// No way leads there: the `errno` value.
        case unreachable(code: Int32)
        /// There is no Unix socket of that path.
        case noSocket
        /// This process may not connect there.
        case notPermitted
        /// The time was over.
        case timedOut(Step)
        /// The peer took the connection and ended it before the handshake was done.
        case ended
        /// TLS failed, most often because the certificate is not accepted.
        case tls(TLSError)
        /// This machine refused something else.
        case system(NetworkError)
        /// The loop has ended.
        case loopEnded
    }

    /// What was tried, in order. Never empty.
    public let failures: [Failure]

    /// An error of what was tried.
    public init(_ failures: [Failure]) { self.failures = failures }
}

extension ConnectError.Cause {
    /// What `connect` said.
    init(_ error: NetworkError) {
        guard case .system(_, let code) = error else {
            self = .system(error)
            return
        }
        self =
            switch code {
            case ECONNREFUSED: .refused
            case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable(code: code)
            case ETIMEDOUT: .timedOut(.connection)
            case ENOENT: .noSocket
            case EACCES, EPERM: .notPermitted
            default: .system(error)
            }
    }

    init(_ failure: LookUpFailure) {
        self =
            switch failure {
            case .notFound(let reason): .unknownName(reason: reason)
            case .failed(let reason): .lookUpFailed(reason: reason)
            case .busy: .lookUpRefused
            }
    }

    /// How a connection ended whose handshake was not done.
    init(handshake reason: CloseReason) {
        self =
            switch reason {
            case .tls(.timedOut), .timedOut, .stalled: .timedOut(.handshake)
            case .tls(let error): .tls(error)
            case .closed, .aborted, .reset, .incomplete: .ended
            case .loopEnded: .loopEnded
            case .failed(let code): .system(.system(call: "recv", code: code))
            }
    }
}
