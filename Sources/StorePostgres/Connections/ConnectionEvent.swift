public import Diagnostics
public import PostgresWire

/// What the log is told of the connections.
public enum ConnectionEvent: Sendable {
    /// The server has a remark.
    case notice(ServerError, host: String)
    /// A session has begun.
    case connected(host: String, lane: Lane, serverVersion: String)
    /// No host could be used for some lane of some loop. Told once for each reason until all is
    /// well again.
    case unavailable(Unavailability)
    /// All can be used again.
    case available
    /// A session has ended that was to go on.
    case lost(host: String, lane: Lane, SessionEnd)
    /// A statement goes on although its time is over.
    case outlivesTime(host: String, lane: Lane)
    /// Named statements do not work here: from now on none are used.
    case namedStatementsLost
    /// Something in between does not take settings at the start: they are left out.
    case settingsRefused(ServerError, user: String, settings: [ServerSetting])
    /// Somebody else's settings are in force on a connection; it is closed.
    case foreignHand(host: String)

    /// How much it matters.
    public var level: LogLevel {
        switch self {
        case .notice(let error, host: _):
            error.severity == .warning || error.endsSession ? .warning : .debug
        case .connected: .debug
        case .available: .info
        case .unavailable, .lost, .outlivesTime, .namedStatementsLost, .settingsRefused,
            .foreignHand:
            .warning
        }
    }
}

extension ConnectionEvent: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .notice(let error, let host): "\(host): \(error.message) (\(error.sqlState))"
        case .connected(let host, let lane, let version):
            "Connected to \(host), PostgreSQL \(version), for \(lane.purpose)."
        case .unavailable(let unavailability):
            ["No connection to the database.", "\(unavailability)", unavailability.remedy]
                .compactMap(\.self).joined(separator: " ")
        case .available: "There are connections to the database again."
        case .lost(let host, let lane, let end):
            "A connection for \(lane.purpose) to \(host) was lost: \(Self.text(of: end))."
        case .outlivesTime(let host, let lane):
            "A statement on \(host) goes on although its time is over. Its connection for "
                + "\(lane.purpose) is not used any more, and kept until it has ended."
        case .namedStatementsLost:
            "Named statements do not work through this pooler: statements are parsed each time."
        case .settingsRefused(let error, let user, let settings):
            "Settings at the start are not taken (\(error.message)). Give them to the role: "
                + settings.map { "ALTER ROLE \(user) SET \($0.name) = '\($0.value)'" }
                .joined(separator: "; ")
        case .foreignHand(let host):
            "Somebody else has changed settings of a connection to \(host); it is closed."
        }
    }

    private static func text(of end: SessionEnd) -> String {
        switch end {
        case .server(let error): "\(error.message) (\(error.sqlState))"
        case .fault(let fault): fault.reason
        case .connectionLost: "it was closed"
        case .terminated: "it was given up"
        }
    }
}
