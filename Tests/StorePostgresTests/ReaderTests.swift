import Diagnostics
import Network
import PostgresTestSupport
import PostgresWire
import Quotas
import Store
import StorePostgresTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// What every read of the reader has in common. That its answers are those of the embedded engine
/// is tested where requests become queries.
@Suite(.needsPostgres, .timeLimit(.minutes(10))) struct ReaderTests {
    static let table = Table(
        "items",
        [
            .init("id", .integer, isNullable: false), .init("title", .text, isNullable: true),
            .init("note", .json, isNullable: true),
        ], primaryKey: .init("pk", [0]))

    static func rows(_ count: Int) -> [[Value]] {
        (1...count).map {
            [.integer(Int64($0)), .text("row \($0)"), .text(#"{"a":null,"b":\#($0)}"#)]
        }
    }

    /// The first rows of the table from a number on, as an array of `id`, `title` and `note`.
    static func query(
        of name: String = "items", from first: Int64 = 0, limit: Int64 = 100, offset: Int64 = 0,
        as form: RowForm = .array(stripsNulls: false), counting: Counting = .no,
        columns: [SelectStatement.Column]? = nil, layout: RowLayout? = nil
    ) -> ReadQuery {
        let condition = ValueExpression.comparison(
            .greaterOrEqual, table.column(0, of: "t"), .argument(.integer(first), .integer))
        var select = SelectStatement(
            columns ?? table.columns.indices.map { .init(table.column($0, of: "t")) },
            from: [.init(.table(name), as: "t")], where: [condition],
            order: [.init(table.column(0, of: "t"))])
        select.limit = .argument(.integer(limit), .integer)
        select.offset = .argument(.integer(offset), .integer)
        let count = SelectStatement(
            [.init(.rowCount)], from: select.sources, where: [condition])
        return ReadQuery(
            select, layout ?? RowLayout(table.columns.map { ($0.name, $0.type) }), as: form,
            counting: counting, windowCount: count, dialect: PostgresDialect())
    }

    /// Counts the rows from a number on.
    static func counting(from first: Int64) -> Counting {
        let select = SelectStatement(
            [.init(.rowCount)], from: [.init(.table("items"), as: "t")],
            where: [
                .comparison(
                    .greaterOrEqual, table.column(0, of: "t"), .argument(.integer(first), .integer))
            ])
        return .statement(PostgresDialect().text(of: select))
    }

    /// A table of so many rows, and a reader of it for which nothing takes long: a busy machine
    /// must not decide.
    static func items(
        _ count: Int, _ configure: (inout ClusterConfiguration) -> Void = { _ in }
    ) throws -> (SampleDatabase, ReaderUser) {
        let database = try SampleDatabase()
        try database.make(table, count > 0 ? rows(count) : [])
        let user = try ReaderUser(database.database) { configuration in
            configuration.patience = .endless
            configure(&configuration)
        }
        return (database, user)
    }

    /// Sessions of this database alone that wait for a lock: other tests have others.
    static let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        + " AND datname = current_database()"

    // MARK: Answers

    @Test func `rows become an array, or the one object`() throws {
        let (_, user) = try Self.items(3)
        let one = #"{"id":1,"title":"row 1","note":{"a":null,"b":1}}"#
        let two = #"{"id":2,"title":"row 2","note":{"a":null,"b":2}}"#
        let array = try user.read(Self.query(limit: 2))
        #expect(array.text == "[\(one),\(two)]" && array.rowCount == 2 && array.total == nil)
        let object = try user.read(Self.query(as: .object(stripsNulls: false)))
        #expect(object.text == one && object.rowCount == 3)
        let stripped = try user.read(Self.query(limit: 1, as: .object(stripsNulls: true)))
        #expect(stripped.text == #"{"id":1,"title":"row 1","note":{"b":1}}"#)
        #expect(try user.read(Self.query(from: 9)).text == "[]")
        #expect(try user.read(Self.query(from: 9, as: .object(stripsNulls: false))).text == "")
    }

    @Test func `arguments of a run replace those of the query`() throws {
        let (_, user) = try Self.items(9)
        let query = Self.query(from: 1, counting: Self.counting(from: 1))
        for (first, limit) in [(2, 3), (8, 5), (9, 1), (10, 1)] as [(Int64, Int64)] {
            let arguments = ReadArguments(
                rows: [.integer(first), .integer(limit), .integer(0)], count: [.integer(first)])
            let answer = try user.read(query, arguments)
            #expect(answer.total == Int(10 - first))
            #expect(answer.rowCount == Int(min(limit, 10 - first)))
        }
    }

    @Test func `all rows are counted, whatever the window`() throws {
        let (_, user) = try Self.items(9)
        let countings = [(Counting.table("items"), 9), (Self.counting(from: 3), 7)]
        for (counting, total) in countings {
            for (limit, offset) in [(2, 0), (0, 0), (100, 0), (2, 6), (2, 50)] as [(Int64, Int64)] {
                let answer = try user.read(
                    Self.query(from: 3, limit: limit, offset: offset, counting: counting))
                #expect(answer.total == total, "\(limit) \(offset)")
            }
        }
        let counted = try user.read(
            Self.query(
                counting: .rowsTell, columns: [.init(.constant(.integer(9), .integer))],
                layout: RowLayout([("count", .integer)])))
        #expect(counted.total == 9 && counted.rowCount == 9)
    }

    /// The count waits for a lock until rows have been added, and does not see them.
    @Test func `rows and count are those of one moment`() async throws {
        let (database, user) = try Self.items(3)
        try database.client.execute("CREATE TABLE others (id int8)")
        let holder = try database.database.client()
        try holder.execute("BEGIN; LOCK TABLE others")
        let record = Record<Result<RowsAnswer, Problem>>()
        _ = try user.start(Self.query(counting: .table("others")), to: record)
        #expect(try await eventually { try database.client.value(Self.waiting) == "1" })
        try holder.execute("INSERT INTO others VALUES (1); COMMIT")
        let answer = try #require(record.wait(for: 1).first).get()
        #expect(answer.rowCount == 3 && answer.total == 0)
        #expect(try user.read(Self.query(counting: .table("others"))).total == 1)
        let isolation = try user.ask([
            ScalarQuery(Self.setting("transaction_isolation"), .none)
        ])
        #expect(isolation == [.text("read committed")])
    }

    private static func setting(_ name: String) -> BoundSQL {
        var sql = BoundSQL(
            text: "SELECT current_setting('\(name)')", arguments: [], mentions: [])
        sql.columns = [.text]
        return sql
    }

    // MARK: Limits

    @Test func `a long answer is read on the slow lane, from then on at once`() throws {
        let (database, user) = try Self.items(0)
        try database.client.execute(
            "INSERT INTO items SELECT i, repeat('x', 1000) FROM generate_series(1, 3000) AS i")
        let query = Self.query(limit: 3000, counting: .table("items"))
        let first = try user.read(query)
        #expect(first.rowCount == 3000 && first.total == 3000 && first.text.utf8.count > 3_000_000)
        let begun = user.counts.unitsBegun
        #expect(begun == 2)
        #expect(try user.read(query).text == first.text)
        #expect(user.counts.unitsBegun == begun + 1)
        let short = ReadArguments(rows: [.integer(0), .integer(1), .integer(0)], count: [])
        #expect(try user.read(query, short).rowCount == 1)
        #expect(user.counts.lanes[.slow]?.open == 1)
    }

    @Test func `a long answer of one caller sends no other to the slow lane`() async throws {
        let (database, user) = try Self.items(0) {
            $0.lanes[.slow]?.statementTimeout = .seconds(60)
        }
        try database.client.execute(
            """
            CREATE VIEW lanes AS SELECT g::int8 AS id, repeat('x', 1000)
            || current_setting('statement_timeout') AS title FROM generate_series(1, 3000) AS g
            """)
        let columns = Self.table.columns.prefix(2)
        let query = Self.query(
            of: "lanes", limit: 3000, columns: [0, 1].map { .init(Self.table.column($0, of: "t")) },
            layout: RowLayout(columns.map { ($0.name, $0.type) }))
        let short = ReadArguments(rows: [.integer(0), .integer(1), .integer(0)], count: [])
        func read(_ arguments: ReadArguments?, for caller: Caller) async throws -> String {
            let record = Record<Result<RowsAnswer, Problem>>()
            _ = try user.start(query, arguments, for: caller, to: record)
            return try await #require(record.wait(for: 1).first).get().wholeText()
        }
        #expect(try await read(nil, for: .user("ann")).hasSuffix(#"x1min"}]"#))
        #expect(try await read(short, for: .user("bob")).hasSuffix(#"x8s"}]"#))
        #expect(try await read(short, for: .user("ann")).hasSuffix(#"x1min"}]"#))
        #expect(try await read(short, for: .user("ann")).hasSuffix(#"x8s"}]"#))
    }

    @Test func `short rows whose json is long are read on the slow lane too`() throws {
        let (database, user) = try Self.items(0)
        try database.client.execute(
            "INSERT INTO items SELECT i FROM generate_series(1, 3000) AS i")
        let layout = RowLayout([(String(repeating: "k", count: 1000), .integer)])
        let query = Self.query(
            limit: 3000, columns: [.init(Self.table.column(0, of: "t"))], layout: layout)
        let answer = try user.read(query)
        #expect(answer.rowCount == 3000 && answer.text.utf8.count > 3_000_000)
        #expect(user.counts.lanes[.slow]?.open == 1)
        #expect(try user.read(Self.query(limit: 1)).rowCount == 1)
    }

    @Test func `an answer beyond all bounds is refused`() throws {
        let (database, user) = try Self.items(0)
        try database.client.execute(
            "INSERT INTO items SELECT i, repeat('x', 1000000) FROM generate_series(1, 80) AS i")
        let problem = #expect(throws: Problem.self) { try user.read(Self.query()) }
        #expect(problem?.code == "54000" && problem?.status == 413)
        #expect(try user.read(Self.query(limit: 1)).rowCount == 1)
    }

    @Test func `one row beyond all bounds is refused as well, and those behind it are read`()
        throws
    {
        let (database, user) = try Self.items(3) { $0.lanes[.read]?.connectionsMax = 1 }
        try database.client.execute("INSERT INTO items VALUES (4, repeat('x', 70000000))")
        let refused = Record<Result<RowsAnswer, Problem>>()
        let behind = Record<Result<RowsAnswer, Problem>>()
        _ = try user.read(Self.query(limit: 1))
        _ = try user.start(Self.query(), to: refused)
        for _ in 0..<3 { _ = try user.start(Self.query(limit: 2), to: behind) }
        for answer in behind.wait(for: 3) { #expect(try answer.get().rowCount == 2) }
        let problem = #expect(throws: Problem.self) { try refused.wait(for: 1).first?.get() }
        #expect(problem?.code == "54000" && problem?.status == 413)
        #expect(problem?.message == "The answer is too large.")
        #expect(problem?.cause == "an answer of more than 67108864 bytes")
        #expect(user.counts.losses == 0 && user.counts.lanes[.slow]?.open ?? 0 == 0)
    }

    @Test func `a statement that takes too long is a timeout`() throws {
        let (database, user) = try Self.items(1) {
            $0.lanes[.read]?.statementTimeout = .milliseconds(100)
            $0.lanes[.read]?.lockTimeout = nil
        }
        _ = try user.read(Self.query())
        let holder = try database.database.client()
        try holder.execute("BEGIN; LOCK TABLE items")
        let problem = #expect(throws: Problem.self) { try user.read(Self.query()) }
        #expect(problem?.code == "57014" && problem?.status == 500)
        try holder.execute("COMMIT")
        #expect(try user.read(Self.query()).rowCount == 1)
    }

    @Test func `a withdrawn read is cancelled, and those behind it are answered`() async throws {
        let (database, user) = try Self.items(1) {
            $0.lanes[.read]?.connectionsMax = 1
            $0.lanes[.read]?.lockTimeout = nil
        }
        let holder = try database.database.client()
        try holder.execute("BEGIN; LOCK TABLE items")
        let withdrawn = Record<Result<RowsAnswer, Problem>>()
        let withdraw = try user.start(Self.query(), to: withdrawn)
        #expect(try await eventually { try database.client.value(Self.waiting) == "1" })
        let behind = Record<Result<RowsAnswer, Problem>>()
        _ = try user.start(Self.query(limit: 0, counting: .table("pg_database")), to: behind)
        withdraw()
        #expect(await eventually { user.counts.cancels >= 1 })
        try holder.execute("COMMIT")
        #expect(try #require(behind.wait(for: 1).first).get().rowCount == 0)
        #expect(withdrawn.all.isEmpty && user.counts.losses == 0)
    }

    // MARK: What goes wrong

    struct Refusal: Sendable, CustomTestStringConvertible {
        /// What the server computes, and which type we take it for.
        let expression: String
        var type = ColumnType.integer
        var column = "n"
        var code = "XX000"
        var status = 500
        var testDescription: String { expression }
    }

    static let refusals = [
        Refusal(expression: "abs((-9223372036854775808)::int8 + id)", code: "22003", status: 400),
        // What no statement of ours asks for, and quotes a row.
        Refusal(expression: "1 / id"), Refusal(expression: "('a' || id)::int8"),
        Refusal(expression: "id", column: "nothing"), Refusal(expression: "now()"),
        Refusal(expression: "title", type: .uuid),
        Refusal(expression: "'NaN'::numeric", type: .decimal(precision: 9, scale: 2)),
        Refusal(expression: "'infinity'::date", type: .date),
    ]

    @Test(arguments: refusals)
    func `what cannot be read is worded by its code, and fails alone`(refusal: Refusal) throws {
        let (database, user) = try Self.items(0) { $0.lanes[.read]?.connectionsMax = 1 }
        try database.client.execute("INSERT INTO items VALUES (0)")
        try database.client.execute(
            "CREATE VIEW computed AS SELECT \(refusal.expression) AS \(refusal.column) FROM items")
        var select = SelectStatement(
            [.init(.column("n", of: "t", type: refusal.type))],
            from: [.init(.table("computed"), as: "t")])
        select.limit = .argument(.integer(9), .integer)
        select.offset = .argument(.integer(0), .integer)
        let query = ReadQuery(
            select, RowLayout([("n", refusal.type)]), as: .array(stripsNulls: false), counting: .no,
            windowCount: select, dialect: PostgresDialect())
        let others = Record<Result<RowsAnswer, Problem>>()
        // The second time the statement is known.
        for _ in 0..<2 {
            _ = try user.start(Self.query(), to: others)
            let problem = #expect(throws: Problem.self) { try user.read(query) }
            #expect(problem?.code == refusal.code && problem?.status == refusal.status)
            #expect((problem?.cause == nil) == (refusal.code != "XX000"))
        }
        for answer in others.wait(for: 2) { #expect(try answer.get().rowCount == 1) }
    }

    @Test func `a failed count fails its read alone`() throws {
        let (_, user) = try Self.items(2) { $0.lanes[.read]?.connectionsMax = 1 }
        _ = try user.read(Self.query())
        let failed = Record<Result<RowsAnswer, Problem>>()
        let behind = Record<Result<RowsAnswer, Problem>>()
        let query = Self.query(counting: .table("items"))
        let broken = Self.query(counting: .table("nowhere"))
        for _ in 0..<3 {
            _ = try user.start(broken, to: failed)
            _ = try user.start(query, to: behind)
        }
        for answer in behind.wait(for: 3) { #expect(try answer.get().total == 2) }
        #expect(failed.wait(for: 3).count == 3)
    }

    @Test func `a server that is away is told as such, and found again`() async throws {
        let server = try PostgresServer.makeOwn()
        try server.client().execute("CREATE TABLE items (id int8, title text, note jsonb)")
        let user = try ReaderUser(server.url())
        #expect(try user.read(Self.query()).text == "[]")
        try server.restart()
        #expect(
            await eventually { (try? user.read(Self.query(counting: .table("items")))) != nil })
        try server.stop()
        _ = await eventually { user.counts.losses >= 2 }
        let problem = #expect(throws: Problem.self) { try user.read(Self.query()) }
        #expect(problem?.code == "08006" && problem?.status == 503)
        #expect(problem?.retryAfterSeconds == 1 && problem?.cause?.isEmpty == false)
        let look = ScalarQuery(Self.setting("port"), .none)
        #expect(throws: Problem.self) { try user.ask([look]) }
        try server.start()
        #expect(await eventually { (try? user.read(Self.query())) != nil })
    }

    @Test func `a reader of a closed pool is refused`() throws {
        let (_, user) = try Self.items(1)
        user.thread.perform { [pool = user.pool] _ in pool.value.close() }
        let problem = #expect(throws: Problem.self) { try user.read(Self.query()) }
        #expect(problem == Problem.closed)
    }
}
