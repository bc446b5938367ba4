/// A PostgreSQL database to serve from.
public struct PostgresConfiguration: Sendable {
    /// Where it is, and how connections are made and shared out.
    public var cluster: ClusterConfiguration
    /// What a statement has, its wait for a connection included.
    public var statementTimeout: Duration
    /// What a write of many rows has on the server, if that is less; what takes longer is undone.
    public var writeTimeout: Duration?

    /// The database of a cluster.
    public init(_ cluster: ClusterConfiguration, statementTimeout: Duration = .seconds(8)) {
        self.cluster = cluster
        self.statementTimeout = statementTimeout
        for lane in [Lane.read, .write, .slow, .slowWrite] {
            self.cluster.lanes[lane]?.statementTimeout = statementTimeout
        }
    }
}
