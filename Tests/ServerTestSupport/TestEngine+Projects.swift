import PostgresTestSupport
import Synchronization

/// Each project has a database of its own. SQLite keeps it in the data directory.
extension TestEngine {
    /// PostgreSQL's, by the project's folder.
    private static let databases = Mutex<[String: TestDatabase]>([:])

    /// Makes the database of a project, empty.
    static func makeDatabase(for project: String) throws {
        guard isPostgres else { return }
        let database = try PostgresServer.shared.makeDatabase()
        databases.withLock { $0[project] = database }
    }

    /// The database of a project on PostgreSQL; nil on SQLite.
    static func database(of project: String) -> TestDatabase? {
        databases.withLock { $0[project] }
    }

    /// Drops the database of a project that is gone.
    static func dropDatabase(of project: String) {
        _ = databases.withLock { $0.removeValue(forKey: project) }
    }
}
