/// A PostgreSQL database to serve from.
public struct PostgresConfiguration: Sendable {
    /// Where it is, and how connections are made and shared out.
    public var cluster: ClusterConfiguration
    /// What a statement has, its wait for a connection included.
    public var statementTimeout: Duration
    /// What a write of many rows has on the server, if that is less; what takes longer is undone.
    /// Nil, as where nobody says more, for no less: commands and tests write for nobody who waits.
    public var writeTimeout: Duration?

    /// The database of a cluster.
    public init(
        _ cluster: ClusterConfiguration,
        statementTimeout: Duration = LaneSettings.statementTimeout
    ) {
        self.cluster = cluster
        self.statementTimeout = statementTimeout
        for lane in [Lane.read, .write, .slow, .slowWrite] {
            self.cluster.lanes[lane]?.statementTimeout = statementTimeout
        }
    }
}
