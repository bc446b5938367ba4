import Foundation
import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

/// The server that tests are given, and what becomes of it.
@Suite(.blocking, .needsPostgres) struct PrivateServerTests {
    @Test func `a database is a test's own, and goes with it`() throws {
        let server = try PostgresServer.shared
        var database: TestDatabase? = try server.makeDatabase()
        let name = try #require(database?.name)
        var client = try database?.client()
        let rows = try client?.query(
            "create table t (a int, b text); insert into t values (1, 'ü'), (2, null); table t")
        #expect(rows == [["1", "ü"], ["2", nil]])
        let other = try server.makeDatabase().client()
        let error = try #require(throws: ServerError.self) { try other.query("table t") }
        #expect(error.sqlState == SQLState("42P01"))
        client = nil
        database = nil
        #expect(
            try server.client().value("select count(*) from pg_database where datname = '\(name)'")
                == "0")
    }

    @Test func `a database is made from a template`() throws {
        let server = try PostgresServer.shared
        let template = try server.makeDatabase()
        try template.client().execute("create table t as select 7 as a")
        // The session above is not over at once.
        try server.client().execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                + "where datname = '\(template.name)'")
        let copy = try server.makeDatabase(template: template.name)
        #expect(try copy.client().value("select a from t") == "7")
    }

    @Test func `the settings are those of a throw-away server`() throws {
        let server = try PostgresServer.makeOwn(settings: ["max_connections = 20"])
        let client = try server.client()
        let settings = [
            ("fsync", "off"), ("listen_addresses", ""), ("max_connections", "20"),
            ("server_encoding", "UTF8"), ("max_prepared_transactions", "0"),
        ]
        for (name, value) in settings {
            #expect(try client.value("show \(name)") == value)
        }
    }

    @Test(arguments: [false, true])
    func `a restart keeps what was committed and ends every session`(immediate: Bool) throws {
        let server = try PostgresServer.makeOwn()
        let before = try server.client()
        try before.execute("create table t (a int); insert into t values (1)")
        try server.restart(immediate: immediate)
        #expect(throws: (any Error).self) { try before.query("select") }
        #expect(try server.client().value("select count(*) from t") == "1")
        try server.stop()
        #expect(throws: (any Error).self) { try server.client() }
    }

    @Test func `nothing is left of a server that nobody refers to`() async throws {
        var server: PostgresServer? = try PostgresServer.makeOwn()
        let directory = try #require(server?.directory)
        let process = try #require(Self.postmaster(of: directory))
        server = nil
        #expect(!FileManager.default.fileExists(atPath: directory))
        #expect(await eventually { !Self.isRunning(process) })
    }

    @Test func `nothing is left when the tests are killed`() async throws {
        let result = try await #require(
            processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]
        ) {
            let server = try PostgresServer.makeOwn()
            print(server.directory)
            fflush(nil)
            kill(getpid(), SIGKILL)
        }
        let said = String(decoding: result.standardOutputContent, as: UTF8.self)
        let directory = try #require(
            said.split(separator: "\n").last { $0.contains("/apus-pg-") })
        #expect(await eventually { !FileManager.default.fileExists(atPath: String(directory)) })
    }

    /// A process that has ended has no words left, even while nobody has asked for its status.
    private static func isRunning(_ process: Int32) -> Bool {
        let words = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
        return words?.isEmpty == false
    }

    /// The number in the file that a running server keeps.
    private static func postmaster(of directory: String) -> Int32? {
        let file = try? String(contentsOfFile: "\(directory)/data/postmaster.pid", encoding: .utf8)
        return file?.split(separator: "\n").first.flatMap { Int32($0) }
    }
}
