import Bytes
import Diagnostics
import Expressions
import Foundation
import HTTP
import PostgresTestSupport
import Schema
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import TestSupport
import Testing
import Values

@testable import REST

/// The same rows in both engines, read by the plans of the same requests.
private struct BothEngines {
    private let catalogue: Catalogue
    private let rulebook: Rulebook
    private let database: SQLiteDatabase
    private let reader: SQLiteReader
    private let sample: SampleDatabase
    private let now = Instant(seconds: 1_767_225_600)

    init(seed: UInt64) throws {
        catalogue = try Catalogue(
            parsing: RandomReads.models.map { ("models/\($0).json", Array($1.utf8)) })
        rulebook = try Rulebook.compile(catalogue)
        database = try SQLiteDatabase.open(.temporary)
        sample = try SampleDatabase()
        var random = SeededGenerator(seed: seed)
        for model in catalogue.models {
            let rows = RandomReads.rows(of: model.table, &random)
            try sample.make(model.table, rows)
            try Self.make(model.table, rows, in: database)
        }
        reader = try database.makeReader()
    }

    private static func make(
        _ table: Table, _ rows: [[Value]], in database: SQLiteDatabase
    ) throws {
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                let columns = table.columns.map { column in
                    "\"\(column.name)\" \(column.type.traits.storage.rawValue.uppercased())"
                }
                let list = columns.joined(separator: ", ")
                try transaction.run(SQL(text: "CREATE TABLE \"\(table.name)\" (\(list)) STRICT"))
                for row in rows {
                    var sql = SQL(text: "INSERT INTO \"\(table.name)\" VALUES (")
                    for (index, value) in row.enumerated() {
                        if index > 0 { sql.append(", ") }
                        sql.append(argument: value, .text)
                    }
                    sql.append(")")
                    try transaction.run(sql)
                }
            } catch {
                throw Problem(error)
            }
        }
    }

    private func plan(
        _ target: String, _ identity: Identity, _ dialect: any Dialect
    ) throws -> ReadPlan {
        let request = Request(.get, target, fields: [("prefer", "count=exact")])
        let key = PlanKey(request, table: request.rawPath, isService: identity.isService)
        let parsed = try ApiRequest(
            request, table: request.rawPath.dropFirst(),
            masked: key?.operands.map(\.parameter) ?? [])
        let permissions = Permissions(
            rulebook: rulebook, identity: identity, context: identity.context(now: now))
        var planner = Planner(
            catalogue: catalogue, permissions: permissions, settings: RESTSettings(),
            dialect: dialect)
        return try planner.readPlan(parsed).plan
    }

    /// The body, and how many rows there are in all.
    func sqlite(_ target: String, _ identity: Identity) throws -> [String] {
        let plan = try plan(target, identity, SQLiteDialect())
        let context = identity.context(now: now)
        return try plan.statements.map { sql, layout in
            try reader.query(text: sql.text, arguments: sql.arguments, context) {
                (rows: inout Rows) throws(DatabaseError) in
                var json: [UInt8] = [ASCII.leftBracket]
                while try rows.next() {
                    if json.count > 1 { json.append(ASCII.comma) }
                    layout.appendObject(rows, to: &json)
                }
                json.append(ASCII.rightBracket)
                return String(utf8: json)
            }
        }
    }

    /// The same of PostgreSQL.
    func postgres(_ target: String, _ identity: Identity) throws -> [String] {
        let plan = try plan(target, identity, sample.dialect)
        return plan.statements.map { sql, layout in
            do {
                return try sample.json(of: sql, layout, identity.context(now: now))
            } catch {
                return "\(error)\n\(sql.text)"
            }
        }
    }
}

extension ReadPlan {
    /// What gives the rows, and what counts them.
    fileprivate var statements: [(BoundSQL, RowLayout)] {
        [(query.rows, query.layout)]
            + (query.counting.statement.map { [($0, RowLayout([("count", .integer)]))] } ?? [])
    }
}

/// What a read answers does not depend on the engine: the bytes of its body, and the count.
@Suite(.blocking, .needsPostgres) struct BothEnginesTests {
    static let identities: [Identity] = [
        .anonymous, .service,
        Identity(role: .authenticated, userID: RandomReads.uuid(1), claims: #"{"a":1}"#),
    ]

    /// How many, for each identity: `APUS_READS`.
    private static let reads =
        ProcessInfo.processInfo.environment["APUS_READS"].flatMap { Int($0) } ?? 200

    @Test func `random reads have the same bodies`() throws {
        let engines = try BothEngines(seed: 2026)
        var requests = RandomReads(seed: 2026)
        var (rows, refusals) = (0, 0)
        for _ in 0..<Self.reads {
            let target = requests.target()
            for identity in Self.identities {
                let expected = answer { try engines.sqlite(target, identity) }
                let found = answer { try engines.postgres(target, identity) }
                rows += expected[0].utf8.count { $0 == ASCII.leftBrace }
                refusals += expected[0].hasPrefix("[") ? 0 : 1
                guard expected == found else {
                    Issue.record(
                        "\(target) as \(identity.role.rawValue)\n\(expected)\n\(found)")
                    return
                }
            }
        }
        let count = Self.reads * Self.identities.count
        print("reads on both engines: \(count), \(refusals) refused, \(rows) objects alike")
        #expect(rows > 5 * count && 2 * refusals < count)
    }

    /// The bodies, or why there are none.
    private func answer(_ read: () throws -> [String]) -> [String] {
        do { return try read() } catch { return ["\(error)"] }
    }
}
