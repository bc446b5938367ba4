import Diagnostics
import Glibc
import Quotas
import SQLite
import TestSupport
import Testing
import Values

@testable import Store
@testable import StoreSQLite

/// What reads may take of a loop, counted in time and not in instructions.
@Suite(.timeLimit(.minutes(10))) struct ReadTimeTests {
    @Test func `an inline read ends in time, whatever an instruction costs`() throws {
        let database = try makeItems()
        defer { database.close() }
        let reader = try database.makeReader()
        var calls = 0
        try reader.connection.define("slow", argumentCount: 1) { call in
            calls += 1
            let end = monotonicNanoseconds() + 1_000_000
            while monotonicNanoseconds() < end {}
            call.answer(call[0].integer)
        }
        let query =
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 2000) "
            + "SELECT sum(slow(x)) FROM n"
        let error = #expect(throws: DatabaseError.self) { try reader.all(query) }
        #expect(error == .overBudget)
        #expect(calls < 400)
    }

    /// A document of some hundred kilobytes, of few members.
    private static let document =
        "{" + (0..<64).map { #""k\#($0)":""# + String(repeating: "x", count: 1500) + #"""# }
        .joined(separator: ",") + "}"

    @Test func `many tests of one document cost one parse`() {
        let (documents, text) = (ParsedDocuments(), Array(Self.document.utf8))
        let parsing = FunctionCost.json.nanoseconds(for: text.span)
        var parses = 0
        for _ in 0..<200 {
            let outcome = documents.root(of: text.span) { cost in
                if cost == parsing { parses += 1 }
                return true
            }
            guard case .value = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
        #expect(parses == 1)
    }

    @Test func `a document that would take too long to parse is not begun on a loop`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.inlineTime = .milliseconds(5)
        let database = try makeItems(configuration)
        defer { database.close() }
        let reader = try database.makeReader()
        let large = #"{"k":""# + String(repeating: "x", count: 1_000_000) + #""}"#
        let error = #expect(throws: DatabaseError.self) {
            try reader.all("SELECT apus_json_text(?7, 'k')", .text(large))
        }
        #expect(error == .overBudget)
        #expect(reader.connection.scratch.map { ($0 as? ParsedDocuments)?.count } == 0)
        #expect(
            try reader.all("SELECT apus_json_text(?7, 'k')", .text(#"{"k":7}"#)) == [[.text("7")]])
    }

    @Test func `no more documents are kept than a path has steps, and none for another query`()
        throws
    {
        let database = try makeItems()
        defer { database.close() }
        let reader = try database.makeReader()
        let parsed = try reader.query(
            text: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100) "
                + "SELECT sum(apus_json_get('[' || x || ']', 0)) FROM n", arguments: []
        ) { rows throws(DatabaseError) in
            #expect(try rows.next())
            #expect(rows.int64(0) == 5050)
            return (reader.connection.scratch as? ParsedDocuments)?.count
        }
        #expect(parsed == DatabaseLimits.parsedDocumentsMax)
        _ = try reader.all("SELECT 1")
        #expect(reader.connection.scratch == nil)
    }

    // MARK: Plans that are known to be slow

    static let table = Table(
        "items",
        [
            .init("id", .integer, isNullable: false), .init("name", .text, isNullable: false),
            .init("price", .integer, isNullable: true),
        ], primaryKey: .init("pk", [0]))

    /// Nine million pairs of rows, of which none fits: more than a machine at rest has done with in
    /// the time of a loop.
    static func slowQuery() -> ReadQuery {
        var select = SelectStatement(
            [.init(table.column(0, of: "t"))],
            from: [.init(.table("items"), as: "t"), .init(.table("items"), as: "u")],
            where: [.comparison(.less, table.column(2, of: "t"), table.column(2, of: "u"))])
        select.limit = .argument(.integer(10), .integer)
        select.offset = .argument(.integer(0), .integer)
        return ReadQuery(
            select, RowLayout([("id", .integer)]), as: .array(stripsNulls: false), counting: .no,
            windowCount: select, dialect: SQLiteDialect())
    }

    @Test func `rows that were too slow for the loop are not tried there again`() async throws {
        // However many others a machine has to do with.
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(300)
        let database = try makeItems(configuration)
        defer { database.close() }
        try await database.write { transaction throws(Problem) in
            try transaction.exec(
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000) "
                    + "INSERT INTO items(name, price) SELECT 'n' || x, 0 FROM n")
        }
        let reader = try database.makeReader()
        let query = Self.slowQuery()
        for run in 0..<3 {
            _ = try reader.all("SELECT 1")
            let reading = try reader.read(
                query, ReadArguments(query), .none, for: .user("ann"))
            guard case .mustWait(let read) = reading else {
                Issue.record("it was read on the loop")
                return
            }
            #expect(reader.connection.isOverLimit == (run == 0), "run \(run)")
            #expect(try await read.answer().rowCount == 0)
        }
    }
}
