public import Diagnostics
import Network

extension PostgresMigrations {
    /// Reads a database of somebody else's as it is at one moment: in one transaction that can
    /// write nothing, and that asks nothing of the server or of the role but to read.
    public static func readingSource<R>(
        _ configuration: PostgresConfiguration, log: @escaping @Sendable (PostgresEvent) -> Void,
        _ body: (PostgresCopies) throws(Problem) -> R
    ) throws -> R {
        let cluster = PostgresCluster(configuration.cluster, resolver: Resolver()) { event in
            if case .unavailable = event { return }
            log(.connection(event))
        }
        let loop = try DatabaseLoop(cluster)
        defer { loop.stop() }
        return try PostgresMigrations(loop.access, leavesFunctions: false).copyingOut(body)
    }
}

extension PostgresCopies {
    /// What a query gives, as texts.
    public func texts(_ sql: String) throws(Problem) -> [[String?]] { try rows(sql) }

    /// Hands on what a COPY TO STDOUT sends.
    ///
    /// - Parameter take: takes each piece, on another thread while this one waits; false ends it,
    ///   and with it the transaction.
    /// - Returns: how many rows they are.
    public func copyTexts(
        _ sql: String, _ take: @escaping (Span<UInt8>) -> Bool
    ) throws(Problem) -> Int {
        try copyOut(sql, take)
    }
}
