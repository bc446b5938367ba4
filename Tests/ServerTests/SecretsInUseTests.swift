import Diagnostics
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Whoever changes the secrets of a PostgreSQL database is told of the servers that have the former
/// ones.
@Suite(.needsPostgres, .blocking, .timeLimit(.minutes(10))) struct SecretsInUseTests {
    private let database: TestDatabase
    private let project: TestProject

    init() throws {
        database = try PostgresServer.shared.makeDatabase()
        project = try TestProject()
    }

    private func options(data: String? = nil) throws -> ServerOptions {
        try ServerOptions(
            project: project.path, data: data.map { "\(project.path)/\($0)" },
            listen: "127.0.0.1:0", logLevel: "error", database: database.url)
    }

    @Test func `new secrets are refused while a server is connected`() async throws {
        let server = try Backend.start(options(), mode: .development)
        let known = server.keys
        #expect(await servers(of: database, 1))
        // A data directory of another machine, which has no secrets yet.
        let problem = #expect(throws: Problem.self) {
            try APIKeys.load(options(data: "elsewhere"), after: .accept)
        }
        #expect(problem?.code == "database_served")
        #expect(
            problem?.message.contains("apus, process ") == true,
            "\(String(describing: problem))")
        #expect(try APIKeys.load(options()).anonymous == known.anonymous)
        server.stop()
        #expect(await servers(of: database, 0))
        let keys = try APIKeys.load(options(data: "elsewhere"), after: .accept)
        #expect(keys.anonymous != known.anonymous)
    }

    @Test func `copies of the secrets can be made beside a server`() async throws {
        let server = try Backend.start(options(), mode: .development)
        defer { server.stop() }
        #expect(await servers(of: database, 1))
        #expect(
            try APIKeys.load(options(), after: .copyToFile).anonymous == server.keys.anonymous)
    }
}
