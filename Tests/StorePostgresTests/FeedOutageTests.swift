import Foundation
import Glibc
import Network
import PostgresTestSupport
import PostgresWire
import Store
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// Servers that crash, sessions that end, histories that are lost.
@Suite(.blocking, .needsPostgres) struct FeedOutageTests {
    static let models = [CapturedDatabase.items, CapturedDatabase.parts]

    private func makeTables(_ client: LogClient) throws {
        try client.query(
            """
            CREATE TABLE items (id bigint PRIMARY KEY, name text);
            CREATE TABLE parts (id bigint PRIMARY KEY, item bigint)
            """)
    }

    /// Writes rows until so many are there, whatever happens to the server.
    private func write(_ range: Range<Int>, _ url: String, _ node: FeedNode) {
        var next = range.lowerBound
        while next < range.upperBound {
            guard let client = try? LogClient(url) else {
                usleep(10_000)
                continue
            }
            while next < range.upperBound {
                do {
                    try client.query(
                        "INSERT INTO items VALUES (\(next), 'a') ON CONFLICT DO NOTHING")
                } catch {
                    break
                }
                node.door.committed()
                next += 1
                usleep(1_000)
            }
        }
    }

    @Test func `nothing is lost or doubled when the server crashes and sessions end`() async throws
    {
        let server = try PostgresServer.makeOwn()
        let database = try server.makeDatabase()
        try makeTables(LogClient(database.url))
        let nodes = try (0..<2).map { _ in
            try FeedNode(database.url, capturing: Self.models)
        }
        let over = Counter()
        for writer in 0..<4 {
            Thread.detachNewThread {
                write(writer * 1_000..<writer * 1_000 + 500, database.url, nodes[writer % 2])
                over.next()
            }
        }
        for node in nodes {
            node.changes.wait(for: 100)
            let backend = node.backend
            try? server.client().execute("SELECT pg_terminate_backend(\(backend ?? 0))")
            #expect(await eventually { node.backend.map { $0 != backend } ?? false })
        }
        try server.restart(immediate: true)
        for node in nodes { node.changes.wait(for: min(node.changes.all.count + 100, 2_000)) }
        try server.restart(immediate: false)
        #expect(await eventually { over.count == 4 })
        let client = try LogClient(database.url)
        try client.tick()
        let log = try client.changes().map(\.sequence)
        #expect(log.count >= 2_000)
        for node in nodes {
            node.changes.wait("\(log.count) changes") { $0.count >= log.count }
            #expect(node.changes.all.map(\.sequence) == log)
            #expect(node.changes.all.allSatisfy { $0.reset == nil })
            node.events.wait("the end of the outage") { events in
                events.contains { if case .recovered = $0 { true } else { false } }
            }
        }
    }

    @Test func `a fail-over that has lost nothing is not noticed`() async throws {
        let captured = try CapturedDatabase()
        let node = try FeedNode(captured.database.url, capturing: Self.models)
        let first = node.door.epoch
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        node.changes.wait(for: 1)
        try captured.client.query("UPDATE _apus.epochs SET timeline = 'other'")
        try captured.client.query("INSERT INTO items VALUES (2, 'b')")
        node.changes.wait(for: 2)
        #expect(node.changes.all.map(\.line).last == #"insert items 2 {"id":2,"name":"b"} -"#)
        #expect(await eventually { node.door.epoch != first })
        #expect(node.changes.all.count == 2)
    }

    /// What a server that takes over does not have, and what then makes a history of its own of it.
    static let losses = [
        """
        DELETE FROM _apus.log; DELETE FROM _apus.commits; DELETE FROM items;
        DELETE FROM _apus.cut WHERE n > 1; UPDATE _apus.epochs SET timeline = 'other'
        """,
        "UPDATE _apus.epochs SET origin = 'other'",
    ]

    @Test(arguments: losses)
    func `a history that is lost makes all tables be fetched anew`(loss: String) throws {
        let captured = try CapturedDatabase()
        let node = try FeedNode(captured.database.url, capturing: Self.models)
        for number in 1...6 {
            try captured.client.query("INSERT INTO items VALUES (\(number), 'a')")
            node.door.committed()
            node.changes.wait(for: number)
        }
        let triggersOn = ["insert", "update", "delete", "truncate"].map {
            "ALTER TABLE items ENABLE ALWAYS TRIGGER \"0_apus_\($0)\""
        }.joined(separator: "; ")
        try captured.client.query(
            "BEGIN; SET LOCAL session_replication_role = replica; "
                + "ALTER TABLE items DISABLE TRIGGER ALL; \(loss); \(triggersOn); COMMIT")
        let lines = node.lines(8).suffix(2)
        #expect(lines == ["reset items epoch", "reset parts epoch"])
        try captured.client.query("INSERT INTO items VALUES (100, 'new')")
        node.door.committed()
        #expect(node.lines(9).last == #"insert items 100 {"id":100,"name":"new"} -"#)
        #expect(node.changes.all.count == 9)
    }

    @Test func `a log that cannot be read is told of once, and read when it can`() async throws {
        let captured = try CapturedDatabase()
        let node = try FeedNode(captured.database.url, capturing: Self.models)
        // Nobody makes it anew meanwhile.
        let lock = LogSpace().arguments(.setup)
        try captured.client.query("SELECT pg_catalog.pg_advisory_lock(\(lock))")
        try captured.client.query("ALTER TABLE _apus.epochs RENAME prev TO former")
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        node.events.wait("a failure") { !$0.isEmpty }
        // Each read that fails gives its connection up.
        let connects = node.user.counts.connects
        #expect(await eventually { node.user.counts.connects >= connects + 3 })
        #expect(node.events.all.count <= 2)
        #expect(node.changes.all.isEmpty)
        try captured.client.query("ALTER TABLE _apus.epochs RENAME former TO prev")
        try captured.client.query("SELECT pg_catalog.pg_advisory_unlock(\(lock))")
        #expect(node.lines(1) == [#"insert items 1 {"id":1,"name":"a"} -"#])
    }

    @Test func `a change of no known kind makes all tables be fetched anew`() throws {
        let captured = try CapturedDatabase()
        let node = try FeedNode(captured.database.url, capturing: Self.models)
        try captured.client.query("INSERT INTO _apus.log (model, op) VALUES ('items', 'X')")
        #expect(node.lines(2) == ["reset items unreadable", "reset parts unreadable"])
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        #expect(node.lines(3).last == #"insert items 1 {"id":1,"name":"a"} -"#)
    }
}
