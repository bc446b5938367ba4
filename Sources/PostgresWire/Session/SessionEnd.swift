/// Why a session cannot go on, as this side sees it.
public enum SessionFault: Error, Hashable, Sendable {
    /// The server does not speak protocol 3.
    case wire(WireFault)
    /// Signing in failed on this side.
    case authentication(AuthenticationFault)
    /// The server's databases are of a kind that is not served: another encoding than UTF-8, or
    /// times as floating-point numbers.
    case unsupportedServer(ServerSetting)
}

/// Why a session is over.
public enum SessionEnd: Error, Hashable, Sendable {
    /// The server ended it, or did not let it begin.
    case server(ServerError)
    /// This side cannot go on.
    case fault(SessionFault)
    /// The connection is gone.
    case connectionLost
    /// `terminate` was called.
    case terminated
}
