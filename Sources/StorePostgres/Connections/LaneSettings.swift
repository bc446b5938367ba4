import Diagnostics
import PostgresWire

/// How the connections of one lane are set up.
public struct LaneSettings: Hashable, Sendable {
    /// Connections of one loop.
    public var connectionsMax: Int
    /// What a statement has on the server (`statement_timeout`); nil for as long as it takes.
    public var statementTimeout: Duration?
    /// What it waits for a lock (`lock_timeout`); nil for as long as it takes.
    public var lockTimeout: Duration?
    /// What a transaction may be idle for (`idle_in_transaction_session_timeout`): a node that is
    /// lost must not hold locks. Nil for as long as it likes.
    public var idleInTransactionTimeout: Duration?

    /// What statements of requests have where nothing else is said.
    public static let statementTimeout = Duration.seconds(8)

    /// Settings of a lane.
    public init(
        connectionsMax: Int, statementTimeout: Duration?, lockTimeout: Duration?,
        idleInTransactionTimeout: Duration? = .seconds(10)
    ) {
        self.connectionsMax = connectionsMax
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
    }

    /// The defaults.
    public static func standard(for lane: Lane) -> LaneSettings {
        switch lane {
        case .read, .write, .slow, .slowWrite:
            LaneSettings(
                connectionsMax: 2, statementTimeout: statementTimeout, lockTimeout: .seconds(2))
        case .exclusive:
            LaneSettings(connectionsMax: 8, statementTimeout: nil, lockTimeout: nil)
        }
    }

    /// Statements of requests run for milliseconds. The server guesses from the depth of some, or
    /// where it has no statistics yet, that they run for long, and would compile those to machine
    /// code: for seconds, and once more on each connection.
    private static let uncompiled = ServerSetting(name: "jit", value: "off")

    /// What the start-up packet says of them. Poolers do not know these.
    func startup(isReadOnly: Bool) -> [ServerSetting] {
        var settings = [Self.uncompiled]
        if isReadOnly {
            settings.append(ServerSetting(name: "default_transaction_read_only", value: "on"))
        }
        let limits = [
            ("statement_timeout", statementTimeout), ("lock_timeout", lockTimeout),
            ("idle_in_transaction_session_timeout", idleInTransactionTimeout),
        ]
        for case (let name, let limit?) in limits {
            settings.append(ServerSetting(name: name, value: "\(limit.wholeMilliseconds)"))
        }
        return settings
    }
}
