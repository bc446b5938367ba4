public import PostgresWire
public import Quotas

/// What the connections of a process have in common.
public struct ClusterConfiguration: Sendable {
    /// Where they lead, and as whom.
    public var target: ConnectionTarget
    /// The user's password file, where there is one.
    public var passwords: PasswordFile?
    /// Connections of the whole process.
    public var connectionsMax = 10
    /// How each lane is set up.
    public var lanes: [Lane: LaneSettings]
    /// What the server shows of us where the target does not say.
    public var applicationName = "apus"
    /// Settings that decide how the server writes values as text, where it writes any.
    public var sessionSettings = [
        ServerSetting(name: "IntervalStyle", value: "postgres"),
        ServerSetting(name: "extra_float_digits", value: "1"),
        ServerSetting(name: "bytea_output", value: "hex"),
    ]
    /// Units of one lane of one loop that may wait for a connection.
    public var waitingMax = ConnectionLimits.waitingMax
    /// Those of one caller among them.
    public var waitingPerCallerMax = ConnectionLimits.waitingPerCallerMax
    /// Slow units of the process that may wait or run.
    public var slowUnitsMax = ConnectionLimits.slowUnitsMax
    /// Those of one caller among them.
    public var slowUnitsPerCallerMax = ConnectionLimits.slowUnitsPerCallerMax
    /// Percent of the time that those writes of a loop have that are known to take long, while
    /// others are served.
    public var longWriteShare = ConnectionLimits.longWriteShare
    /// How long units may take before they are taken to hold up others.
    public var patience = Patience()
    /// How long a server that had no connection left for us is not asked again.
    public var refusalPause = ConnectionLimits.refusalPause
    /// How long a connection is kept that nobody uses.
    public var idleTime = ConnectionLimits.idleTime
    /// What a statement has to end once it is cancelled or the server should have ended it, before
    /// nobody waits for it any more.
    public var cancelTime = ConnectionLimits.cancelTime

    /// What long answers are taken from.
    public var memory = MemoryPool(bytesMax: .max, perCallerMax: .max)

    /// The defaults for a target.
    public init(_ target: ConnectionTarget, passwords: PasswordFile? = nil) {
        self.target = target
        self.passwords = passwords
        lanes = Dictionary(
            uniqueKeysWithValues: Lane.allCases.map { ($0, LaneSettings.standard(for: $0)) })
    }

    /// How a lane is set up.
    public func settings(of lane: Lane) -> LaneSettings {
        lanes[lane] ?? LaneSettings.standard(for: lane)
    }

    /// Percent of the time that those have which are known to take long on a lane.
    func longShare(of lane: Lane) -> Int {
        switch lane {
        case .slowWrite: longWriteShare
        case .read, .write, .slow, .exclusive: 100
        }
    }

    /// Settings that poolers take as well.
    private static let taken = [
        ServerSetting(name: "TimeZone", value: "UTC"),
        ServerSetting(name: "DateStyle", value: "ISO"),
    ]

    /// How a session on a lane begins.
    ///
    /// - Parameter isBare: whether it does without what poolers refuse.
    func session(
        of lane: Lane, at host: Host, over transport: Transport, isBare: Bool
    ) -> SessionConfiguration {
        let password = passwords?.password(
            host: host, database: target.database, user: target.user)
        var session = target.session(over: transport, password: password)
        if target.applicationName == nil {
            session.settings.append(
                ServerSetting(name: "application_name", value: applicationName))
        }
        session.settings += Self.taken
        if isBare {
            session.settings.removeAll { $0.name == ConnectionKey.options.rawValue }
        } else {
            session.settings += sessionSettings
            session.settings += settings(of: lane).startup(isReadOnly: lane.isReadOnly)
        }
        return session
    }

    /// What a server must be for a lane: what the user says counts for reads, writes need one that
    /// takes them.
    func attributes(for lane: Lane) -> SessionAttributes {
        lane.isReadOnly ? target.sessionAttributes : .readWrite
    }
}
