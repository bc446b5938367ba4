import Bytes
import Diagnostics
import Foundation
import Network
import PostgresTestSupport
import PostgresWire
import Store
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// What one or two nodes publish of what anybody writes.
@Suite(.blocking, .needsPostgres) struct FeedTests {
    static let models = [CapturedDatabase.items, CapturedDatabase.parts]

    private func node(_ captured: CapturedDatabase) throws -> FeedNode {
        try FeedNode(captured.database.url, capturing: Self.models)
    }

    @Test func `whoever writes, and however, it is published as it happened`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let client = captured.client
        try client.query("INSERT INTO items VALUES (1, 'a'), (2, NULL)")
        try client.query("INSERT INTO parts VALUES (7, 1)")
        try client.query("BEGIN; INSERT INTO items VALUES (9, 'no'); ROLLBACK")
        try client.query(
            """
            BEGIN; SAVEPOINT s; INSERT INTO items VALUES (8, 'no'); ROLLBACK TO s;
            UPDATE items SET id = 3 WHERE id = 1; COMMIT
            """)
        try client.query(
            "INSERT INTO items VALUES (3, 'c'), (4, 'd') "
                + "ON CONFLICT (id) DO UPDATE SET name = excluded.name")
        try client.copy("COPY items FROM STDIN", "5\te\n6\tf\n")
        try client.query("DELETE FROM items WHERE id = 3")
        try client.query("TRUNCATE parts; INSERT INTO items VALUES (10, 'last')")
        let expected = [
            #"insert items 1 {"id":1,"name":"a"} -"#, #"insert items 2 {"id":2,"name":null} -"#,
            #"insert parts 7 {"id":7,"item":1} -"#,
            #"update items 3 {"id":3,"name":"a"} {"id":1,"name":"a"}"#,
            #"update parts 7 {"id":7,"item":3} {"id":7,"item":1}"#,
            #"insert items 4 {"id":4,"name":"d"} -"#,
            #"update items 3 {"id":3,"name":"c"} {"id":3,"name":"a"}"#,
            #"insert items 5 {"id":5,"name":"e"} -"#, #"insert items 6 {"id":6,"name":"f"} -"#,
            #"delete items 3 - {"id":3,"name":"c"}"#, #"delete parts 7 - {"id":7,"item":3}"#,
            "reset parts truncated", #"insert items 10 {"id":10,"name":"last"} -"#,
        ]
        let lines = node.lines(expected.count)
        #expect(Set(lines) == Set(expected) && lines.count == expected.count)
        #expect(lines.last == expected.last)
        let all = node.changes.all
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
        // A cascade and what it came of are one transaction.
        #expect(all.last?.transaction == all[all.count - 2].transaction)
    }

    @Test func `what a node does not follow is passed over`() throws {
        let captured = try CapturedDatabase()
        let node = try FeedNode(
            captured.database.url, capturing: Self.models, following: [CapturedDatabase.parts])
        try captured.client.query(
            "INSERT INTO items VALUES (1, 'a'); INSERT INTO parts VALUES (1, 1)")
        #expect(node.lines(1) == [#"insert parts 1 {"id":1,"item":1} -"#])
        node.follow(Self.models)
        try captured.client.query("INSERT INTO items VALUES (2, 'b')")
        #expect(node.lines(2).last == #"insert items 2 {"id":2,"name":"b"} -"#)
    }

    @Test func `what nobody listens to is not fetched, and who listens hears what comes then`()
        async throws
    {
        let captured = try CapturedDatabase()
        let node = try FeedNode(captured.database.url, capturing: Self.models, listeningTo: [])
        let client = captured.client
        try client.query("INSERT INTO items SELECT g, 'x' FROM generate_series(1, 3000) AS g")
        #expect(await eventually { node.door.newestChange == 3_000 })
        node.listen(to: ["items"])
        try client.query("INSERT INTO parts VALUES (1, 1); INSERT INTO items VALUES (4000, 'b')")
        #expect(node.lines(1) == [#"insert items 4000 {"id":4000,"name":"b"} -"#])
        node.listen(to: ["items", "parts"])
        try client.query("INSERT INTO parts VALUES (2, 1); INSERT INTO items VALUES (4001, 'c')")
        let two = node.lines(3).suffix(2).map { $0.prefix(14) }
        #expect(two == ["insert parts 2", "insert items 4"])
        #expect(node.changes.all.count == 3)
    }

    @Test func `whoever begins to listen, and when, misses nothing that is committed then`()
        async throws
    {
        let captured = try CapturedDatabase()
        let node = try FeedNode(captured.database.url, capturing: Self.models, listeningTo: [])
        let (url, over) = (captured.database.url, Counter())
        Thread.detachNewThread {
            defer { over.next() }
            guard let other = try? LogClient(url) else { return }
            for number in 1...60 {
                _ = try? other.query(
                    "INSERT INTO items SELECT \(number * 1_000) + g, 'x' "
                        + "FROM generate_series(1, 700) AS g")
                node.door.committed()
            }
        }
        for round in 1...40 {
            node.listen(to: round % 3 == 0 ? ["parts", "items"] : ["parts"])
            try captured.client.query("INSERT INTO parts VALUES (\(round), NULL)")
            let hasCome = await eventually {
                node.changes.all.reversed().contains { change in
                    change.table == "parts" && change.key == [.integer(Int64(round))]
                }
            }
            #expect(hasCome, "part \(round)")
            node.listen(to: round % 2 == 0 ? [] : ["items"])
        }
        #expect(await eventually { over.count == 1 })
        let all = node.changes.all
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
        #expect(all.count { $0.table == "parts" } == 40)
    }

    /// As when somebody holds the catalogue: the look waits, and nothing else does.
    @Test func `a look at what is captured that takes long keeps nobody waiting`() async throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let holder = try captured.another()
        try holder.query(
            "BEGIN; LOCK TABLE pg_catalog.pg_description IN ACCESS EXCLUSIVE MODE")
        let waiting =
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            + " AND relation = 'pg_catalog.pg_description'::regclass"
        #expect(try await eventually { try captured.client.value(waiting) == "1" })
        let before = ContinuousClock.now
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        node.changes.wait(for: 1)
        #expect(ContinuousClock.now - before < .seconds(2))
        node.events.wait("the end of the look") { !$0.isEmpty }
        try holder.query("ROLLBACK")
        node.events.wait("a look that works") { events in
            events.contains { if case .recovered = $0 { true } else { false } }
        }
    }

    @Test func `a node hears of its own write at once, and of all by one tick`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query("INSERT INTO items VALUES (0, 'first')")
        node.changes.wait(for: 1)
        let before = try captured.client.cuts().count
        try captured.client.query(
            (1...50).map { "INSERT INTO items VALUES (\($0), 'a')" }.joined(separator: ";"))
        for _ in 0..<1000 { node.door.committed() }
        #expect(node.changes.wait(for: 51).count == 51)
        #expect(try captured.client.cuts().count - before <= 2)
    }

    @Test func `a transaction of any size comes page by page, and one of a few pages whole`() throws
    {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query(
            "INSERT INTO items SELECT g, 'x' FROM generate_series(1, 3000) AS g")
        node.changes.wait(for: 3_000)
        #expect(node.batches.all == [3_000])
        try captured.client.query(
            "INSERT INTO parts SELECT g, NULL FROM generate_series(1, 50000) AS g")
        let all = node.changes.wait("53,000 changes") { $0.count >= 53_000 }.dropFirst(3_000)
        #expect(all.map { $0.key } == (1...50_000).map { [.integer($0)] })
        #expect(Set(all.map(\.transaction)).count == 1)
        let most = CaptureLimits.togetherChangesMax + Int(CaptureLimits.pageChangesMax)
        #expect(node.batches.all.allSatisfy { $0 <= most })
    }

    @Test func `two nodes publish the same, whoever ticks`() async throws {
        let captured = try CapturedDatabase()
        let nodes = [try node(captured), try node(captured)]
        let writers = try (0..<4).map { _ in try captured.another() }
        for round in 0..<60 {
            for (number, writer) in writers.enumerated() {
                try writer.query("INSERT INTO items VALUES (\(round * 4 + number), 'n')")
                nodes[number % 2].door.committed()
            }
        }
        for node in nodes { node.changes.wait(for: 240) }
        let told = nodes.map { $0.changes.all.map { "\($0.sequence) \($0.line)" } }
        #expect(told[0] == told[1] && told[0].count == 240)
    }

    @Test(arguments: [true, false])
    func `what notifications do not tell is found by looking`(isDeaf: Bool) throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let client = captured.client
        if isDeaf {
            let tick = try client.value(
                """
                SELECT replace(pg_get_functiondef('_apus.tick'::regproc),
                  'PERFORM pg_notify(', 'PERFORM concat(')
                """)
            try client.query(tick)
            // As if another version of the program had made it.
            var state = CaptureState()
            let questions = CaptureInspection.functions.sql(Self.models, in: LogSpace())
            state.take(try client.query(questions), of: .functions)
            let deaf = try #require(state.functions.first { $0.name == "tick" })
            try client.query(
                "COMMENT ON FUNCTION _apus.tick() IS '\(deaf.version) \(deaf.writer)'")
        }
        for number in 1...5 {
            try client.query("INSERT INTO items VALUES (\(number), 'a')")
            try client.tick()
            #expect(node.changes.wait(for: number).count == number)
        }
        let isListening = node.user.thread.perform { [feed = node.feed] _ in
            feed.value.trust.isListening
        }
        #expect(isListening == !isDeaf)
    }

    @Test func `a row that is none of its model's, or too large, makes its table be fetched anew`()
        throws
    {
        let captured = try CapturedDatabase()
        let other = CapturedModel(
            name: "items", columns: [.init("id", .integer), .init("stars", .integer)], key: [0],
            retain: .seconds(60))
        let node = try FeedNode(
            captured.database.url, capturing: Self.models,
            following: [other, CapturedDatabase.parts])
        try captured.client.query(
            "INSERT INTO items VALUES (1, 'a'), (2, 'b'); INSERT INTO parts VALUES (1, 1)")
        #expect(
            node.lines(2) == [
                "reset items unreadable", #"insert parts 1 {"id":1,"item":1} -"#,
            ])
        node.follow(Self.models)
        try captured.client.query(
            "INSERT INTO items VALUES (3, repeat('x', 17 << 20)); INSERT INTO parts VALUES (2, 3)")
        #expect(
            node.lines(4).suffix(2) == [
                "reset items unreadable", #"insert parts 2 {"id":2,"item":3} -"#,
            ])
    }

    @Test func `retention deletes what is old, and a node that was away is told what it missed`()
        throws
    {
        let captured = try CapturedDatabase()
        let away = try FeedNode(
            captured.database.url, capturing: Self.models, starts: false)
        let brief = CapturedModel(
            name: "items", columns: CapturedDatabase.items.columns, key: [0],
            retain: .milliseconds(1))
        let node = try FeedNode(
            captured.database.url, capturing: Self.models,
            following: [brief, CapturedDatabase.parts])
        try captured.client.query(
            "INSERT INTO items VALUES (1, 'a'); INSERT INTO parts VALUES (1, 1)")
        #expect(node.changes.wait(for: 2).count == 2)
        node.door.trim()
        var left = -1
        for _ in 0..<500 where left != 1 {
            left = try captured.client.changes().count
            usleep(10_000)
        }
        #expect(left == 1)
        away.start()
        #expect(
            away.lines(2) == ["reset items trimmed", #"insert parts 1 {"id":1,"item":1} -"#])
        try captured.client.query("INSERT INTO items VALUES (2, 'b')")
        #expect(away.lines(3).last == #"insert items 2 {"id":2,"name":"b"} -"#)
    }

    @Test func `a feed that is stopped gives its connection back`() async throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        node.changes.wait(for: 1)
        #expect(node.user.open(.exclusive) == 1)
        node.stop()
        #expect(await eventually { node.user.open(.exclusive) == 0 })
    }

    @Test(.enabled(if: PgBouncer.isInstalled, "needs PgBouncer: apt install pgbouncer"))
    func `changes come through a pooler that gives each transaction another session`() throws {
        let server = try PostgresServer.makeOwn()
        let pooler = try PgBouncer(to: server)
        let client = try LogClient(server.url())
        try client.query("CREATE TABLE items (id bigint PRIMARY KEY, name text)")
        let node = try FeedNode(pooler.url, capturing: [CapturedDatabase.items])
        for number in 1...20 {
            try client.query("INSERT INTO items VALUES (\(number), 'a')")
            if number % 2 == 0 { node.door.committed() }
        }
        let keys = node.changes.wait(for: 20).map(\.key)
        #expect(keys == (1...20).map { [.integer($0)] })
    }
}

/// A row of the feed has the values and the bytes that a request for it has.
@Suite(.blocking, .needsPostgres) struct FeedImageTests {
    @Test func `the values and the bytes of every type are those of a read`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let client = try LogClient(database.url)
        let columns = ImageTests.types.map { "\"\($0.column)\" \($0.declared)" }
        try client.query(
            "CREATE TABLE \"of all types\" (id bigint PRIMARY KEY, \(columns.joined(separator: ", ")))"
        )
        let node = try FeedNode(database.url, capturing: [ImageTests.model])
        try client.query(ImageTests.foreign)
        var rows: [[Value]] = []
        for index in 0...(ImageTests.values.map(\.count).max() ?? 0) {
            let texts = ImageTests.values.map { index < $0.count ? $0[index] : nil }
            let literals = texts.map { $0.map(PostgresDialect.literal) ?? "NULL" }
            try client.query(
                "INSERT INTO public.\"of all types\" VALUES (\(index), "
                    + "\(literals.joined(separator: ", ")))")
            let values = try zip(texts, ImageTests.types).map { text, type -> Value in
                let value = try text.map { try type.type.parse($0) } ?? .null
                // PostgreSQL's JSON tells the two apart nowhere.
                return value == .text("null") && type.type == .json ? .null : value
            }
            rows.append([.integer(Int64(index))] + values)
        }
        let layout = RowLayout(ImageTests.model.columns.map { ($0.name, $0.type) })
        for (change, row) in zip(node.changes.wait(for: rows.count), rows) {
            var json: [UInt8] = []
            layout.appendObject(row, to: &json)
            #expect(change.new?.values == row)
            #expect(String(utf8: change.new?.json ?? []) == String(utf8: json))
        }
    }

    /// A model, a row as the log has it, and as clients receive it; nil for none of the model's.
    static let rows: [(row: String, image: String?)] = [
        (#"{"n":1,"price":1.50,"at":null}"#, #"{"n":1,"price":1.50,"at":null}"#),
        (#"{"n":1,"price":1.5,"at":null}"#, #"{"n":1,"price":1.50,"at":null}"#),
        (#"{"at":null,"more":"x","price":2,"n":7}"#, #"{"n":7,"price":2.00,"at":null}"#),
        (
            #"{"n":1,"price":0.00,"at":"2026-11-21T10:15:00"}"#,
            #"{"n":1,"price":0.00,"at":"2026-11-21T10:15:00+00:00"}"#
        ),
        (
            #"{"n":9223372036854775807,"price":0.00,"at":null}"#,
            #"{"n":9223372036854775807,"price":0.00,"at":null}"#
        ),
        (
            #"{"n":-9223372036854775808,"price":-0.05,"at":null}"#,
            #"{"n":-9223372036854775808,"price":-0.05,"at":null}"#
        ),
        (#"{"n":9223372036854775808,"price":0.00,"at":null}"#, nil),
        (#"{"n":1,"price":0.00,"at":"infinity"}"#, nil),
        (#"{"n":1,"price":0.00,"at":"10000-01-01T00:00:00+00:00"}"#, nil),
        (#"{"n":1,"price":0.00,"at":"0044-03-15T00:00:00+00:00 BC"}"#, nil),
        (#"{"n":1,"price":0.00}"#, nil), (#"{"n":"x","price":0.00,"at":null}"#, nil), ("[]", nil),
        ("{", nil),
    ]

    @Test(arguments: rows) func `a row that is written otherwise is written anew`(
        row: String, image: String?
    ) {
        let model = CapturedModel(
            name: "t",
            columns: [
                .init("n", .integer), .init("price", .decimal(precision: 9, scale: 2)),
                .init("at", .timestamp),
            ], key: [0], retain: .seconds(60))
        let found = ImageReader(model).image(Array(row.utf8))
        #expect(found.map { String(utf8: $0.json) } == image)
    }
}
