public import Network
public import PostgresWire

/// Why one host could not be used.
public struct HostFailure: Error, Hashable, Sendable {
    /// What was in the way.
    public enum Cause: Error, Hashable, Sendable {
        /// No connection, or no TLS.
        case network(ConnectError)
        /// The server has no TLS, and it is wanted.
        case tlsRefused
        /// What the server said to the request for TLS is no answer.
        case tlsAnswer(WireFault)
        /// The server refused the session, or it could not begin.
        case session(SessionEnd)
        /// Signing in took too long.
        case timedOut
        /// The server is not what is wanted of it.
        case unsuitable(SessionAttributes)
        /// It is no standby, and yet has been told that transactions are read only
        /// (`default_transaction_read_only`).
        case readOnlyByDefault
    }

    /// The host, as people write it.
    public let host: String
    /// What was in the way.
    public let cause: Cause

    /// What the server itself said, where it did.
    var serverError: ServerError? {
        if case .session(.server(let error)) = cause { error } else { nil }
    }
}

extension HostFailure {
    /// What a failure asks for.
    enum Treatment: Hashable {
        /// Try again soon, then less often.
        case backOff
        /// Somebody must set something right: no hurry.
        case wait
        /// The server has no connection left: ask for fewer.
        case shrink
        /// Something in between does not take the settings of the start: do without.
        case goBare
    }

    /// What to do about it.
    var treatment: Treatment {
        switch cause {
        case .network(let error):
            error.failures.contains { if case .tls = $0.cause { true } else { false } }
                ? .wait : .backOff
        case .timedOut, .unsuitable, .readOnlyByDefault, .session(.connectionLost),
            .session(.terminated):
            .backOff
        case .tlsRefused, .tlsAnswer, .session(.fault): .wait
        case .session(.server(let error)): Self.treatment(of: error)
        }
    }

    private static let table: [SQLState: Treatment] = [
        .invalidCatalogName: .wait, .tooManyConnections: .shrink, .protocolViolation: .goBare,
        .cannotConnectNow: .backOff,
    ]

    private static func treatment(of error: ServerError) -> Treatment {
        table[error.sqlState] ?? (isSignIn(error) ? .wait : .backOff)
    }

    /// Whether the server does not let us in: class 28.
    private static func isSignIn(_ error: ServerError) -> Bool {
        error.sqlState.classText == "28"
    }

    /// Whether no other host is tried: a wrong password is wrong everywhere, and an account may be
    /// locked after a few of them.
    var endsSearch: Bool {
        if case .session(.fault(.authentication)) = cause { return true }
        return serverError.map(Self.isSignIn) ?? false
    }

    /// Whether another way to use TLS may work where this one did not: the server's rules know who
    /// comes with and who without (`hostssl`, `hostnossl`).
    var mayComeOtherwise: Bool {
        switch cause {
        case .network(let error):
            error.failures.contains { failure in
                switch failure.cause {
                case .tls, .ended, .timedOut(.handshake): true
                case .unknownName, .lookUpFailed, .lookUpRefused, .refused, .unreachable,
                    .noSocket, .notPermitted, .timedOut(.lookUp), .timedOut(.connection),
                    .system, .loopEnded:
                    false
                }
            }
        case .tlsRefused, .timedOut, .unsuitable, .readOnlyByDefault, .tlsAnswer: false
        case .session: serverError?.sqlState == .invalidAuthorization
        }
    }
}
