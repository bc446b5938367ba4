import Foundation
public import Testing

/// The engine that the servers of tests keep their rows in: SQLite, or PostgreSQL where
/// `APUS_TEST_ENGINE=postgres` says so.
public enum TestEngine {
    /// Whether it is PostgreSQL.
    public static let isPostgres =
        ProcessInfo.processInfo.environment["APUS_TEST_ENGINE"] == "postgres"
}

extension Trait where Self == ConditionTrait {
    /// For tests of what SQLite alone has: its file, its lock, its reads that need not wait.
    public static var sqliteOnly: Self {
        .disabled(if: TestEngine.isPostgres, "is about what SQLite alone has")
    }
}
