import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// Saves that `apus dev` cannot take because PostgreSQL is away.
@Suite(.needsPostgres, .blocking, .timeLimit(.minutes(10))) struct AwaySaveTests {
    @Test func `what is saved while the database is away is taken when it is back`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let project = try DevelopedProject(["--database", database.url])
        let client = try PostgresServer.shared.client()
        try client.execute("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS false")
        try client.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = '\(database.name)'
            """)
        try project.save("models/tags.json", TestProject.note)
        _ = project.command.lines(through: "not taken: models/tags.json")
        try client.execute("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS true")
        let lines = project.command.lines(through: "took models/tags.json")
        #expect(lines.contains { $0.hasSuffix("applied table tags") })
        #expect(!lines.contains { $0.contains("not taken") })
    }
}
