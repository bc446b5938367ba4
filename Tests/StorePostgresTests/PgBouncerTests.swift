import Diagnostics
import Foundation
import PostgresTestSupport
import PostgresWire
import Store
import StorePostgresTestSupport
import TestSupport
import Testing

@testable import StorePostgres

/// A PgBouncer in transaction mode in front of the shared server.
final class PgBouncer {
    static let program = "/usr/sbin/pgbouncer"
    static let isInstalled = unsafe access(program, X_OK) == 0

    let directory: TemporaryDirectory
    private let process: ChildProcess

    init(to server: PostgresServer) throws {
        directory = try TemporaryDirectory()
        unsafe chmod(directory.path, 0o777)
        try directory.write(
            """
            [databases]
            * = user=apus host=\(server.directory)
            [pgbouncer]
            listen_addr =
            unix_socket_dir = \(directory.path)
            listen_port = 5432
            auth_type = any
            pool_mode = transaction
            server_lifetime = 0
            """, to: "pgbouncer.ini")
        unsafe chmod(directory.file("pgbouncer.ini"), 0o644)
        process = try ChildProcess(
            Self.program,
            (geteuid() == 0 ? ["-u", "postgres"] : []) + [directory.file("pgbouncer.ini")],
            endSignal: SIGKILL)
        while let line = process.nextLine(), !line.contains("process up") {}
    }

    var url: String { url(database: "postgres") }

    func url(database: String) -> String {
        "postgres://apus@/\(database)?host=\(directory.path)"
    }
}

@Suite(
    .blocking, .needsPostgres,
    .enabled(if: PgBouncer.isInstalled, "needs PgBouncer: apt install pgbouncer"))
struct PgBouncerTests {
    @Test func `a pooler that loses names and refuses settings is worked through`() throws {
        let pooler = try PgBouncer(to: try PostgresServer.shared)
        let user = try PoolUser(pooler.url)
        for number in 0..<40 {
            let lane: Lane = number % 2 == 0 ? .read : .write
            #expect(user.run("select \(number % 3)", on: lane).value == "\(number % 3)")
        }
        let units = (0..<200).map {
            (sql: "select \($0 % 5)", effect: PostgresUnit.Effect.reads)
        }
        let ended = user.submit(units, on: .read).wait(for: 200)
        #expect(ended.allSatisfy { $0.1.value == "\($0.0 % 5)" })
        let refused = user.events.all.count {
            if case .settingsRefused = $0 { true } else { false }
        }
        #expect(refused == 1)
        #expect(!user.cluster.preparesByName)
        let lost = user.events.all.count {
            if case .namedStatementsLost = $0 { true } else { false }
        }
        #expect(lost == 1)
    }

    @Test func `cancelling works through it`() throws {
        let pooler = try PgBouncer(to: try PostgresServer.shared)
        let user = try PoolUser(pooler.url)
        #expect(user.run("select 1").succeeded)
        let answer = user.run("select pg_sleep(20)", within: .milliseconds(200))
        #expect(answer.failure == .timedOut)
        #expect(user.run("select 1").value == "1")
    }

    @Test func `one node at a time migrates through it`() async throws {
        let server = try PostgresServer.shared
        let pooler = try PgBouncer(to: server)
        let database = try server.makeDatabase()
        let client = try database.client()
        try client.execute("CREATE TABLE a (x int PRIMARY KEY)")
        let node = try PooledDatabase(database, by: pooler.url(database: database.name))
        let others = try (1...2).map { _ in
            try PooledDatabase(database, by: pooler.url(database: database.name))
        }
        let done = Record<String?>()
        for node in [node] + others + [node] + others {
            let migrations = node.migrations
            let thread = Thread {
                do throws(Problem) {
                    try migrations.migrate { transaction throws(Problem) in
                        try worded { () throws(DatabaseError) in
                            try transaction.execute(
                                "INSERT INTO a SELECT count(*) FROM a, pg_sleep(0.02)")
                        }
                    }
                    done.append(nil)
                } catch {
                    done.append(error.message)
                }
            }
            thread.start()
        }
        #expect(done.wait(for: 6).compactMap { $0 } == [])
        #expect(try client.value("SELECT count(*) FROM a") == "6")
        // Other tests have databases on the same server.
        let locks = """
            SELECT count(*) FROM pg_locks JOIN pg_database AS d ON d.oid = database
            WHERE locktype = 'advisory' AND datname = current_database()
            """
        #expect(try client.value(locks) == "0")
        let problem = #expect(throws: Problem.self) {
            try node.migrations.migrateOutsideTransaction { _ throws(Problem) in }
        }
        #expect(problem?.hint?.contains("own host and port") == true)
    }
}
