import Foundation
import PostgresTestSupport
import Synchronization
public import Testing

/// The engine that servers of tests keep their rows in: SQLite, or PostgreSQL where
/// `APUS_TEST_ENGINE=postgres` says so. Each project has a database of its own then.
public enum TestEngine {
    /// Whether it is PostgreSQL.
    public static let isPostgres =
        ProcessInfo.processInfo.environment["APUS_TEST_ENGINE"] == "postgres"

    /// By the project's folder.
    private static let databases = Mutex<[String: TestDatabase]>([:])

    /// Makes the database of a project, empty. SQLite has its file in the data directory.
    static func makeDatabase(for project: String) throws {
        guard isPostgres else { return }
        let database = try PostgresServer.shared.makeDatabase()
        databases.withLock { $0[project] = database }
    }

    /// What names the database of a project; nil for SQLite's.
    static func database(of project: String) -> String? {
        databases.withLock { $0[project]?.url }
    }

    /// Drops the database of a project that is gone.
    static func dropDatabase(of project: String) {
        _ = databases.withLock { $0.removeValue(forKey: project) }
    }
}

extension Trait where Self == ConditionTrait {
    /// For tests of what SQLite alone has: its file, its lock, its log.
    public static var sqliteOnly: Self {
        .disabled(if: TestEngine.isPostgres, "is about the file of SQLite")
    }
}
