import Store
public import PostgresTestSupport
import PostgresWire
import Store
public import StorePostgres

extension TestDatabase {
    /// A database for one test on the server of all tests, in which what the engine needs is there:
    /// a copy of one, since to make it takes longer than all that most tests do.
    public static func makeReady() throws -> TestDatabase {
        try PostgresServer.shared.makeDatabase(template: ready.get().name)
    }

    private static let ready = Result {
        let place = try PostgresServer.shared.makeDatabase()
        try place.open().close()
        return place
    }

    /// The engine with it, for a few requests at a time. To be closed by the caller.
    public func open() throws -> PostgresDatabase {
        var cluster = ClusterConfiguration(try ConnectionTarget(url, systemUser: "apus"))
        cluster.connectionsMax = 4
        return try PostgresDatabase.open(PostgresConfiguration(cluster)) { _ in }
    }
}
