import Diagnostics
import Expressions
import HTTP
import Network
import PostgresTestSupport
import Quotas
import Schema
import Store
import StorePostgres
import StorePostgresTestSupport
import TestSupport
import Values

@testable import REST

/// The rows of a library on PostgreSQL.
final class PostgresRows: Sendable {
    private let place: TestDatabase
    let database: PostgresDatabase

    /// Makes the tables of a catalogue.
    ///
    /// - Parameter rows: what a table holds, a value a column.
    init(
        _ catalogue: Catalogue, _ rulebook: Rulebook, rows: (Model) throws -> [[Value]]
    ) throws {
        place = try TestDatabase.makeReady()
        database = try place.open()
        for model in catalogue.modelsByDependency {
            try Self.make(model, rulebook, try rows(model), in: database)
        }
        try catalogue.settleSequences(in: database)
    }

    deinit { database.close() }

    private static func make(
        _ model: Model, _ rulebook: Rulebook, _ rows: [[Value]], in database: PostgresDatabase
    ) throws {
        let definition = try model.definition(render: rulebook.definition)
        try database.migrate { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                for statement in PostgresDialect().create(definition) {
                    try transaction.execute(statement)
                }
            }
        }
        let types = model.columns.map(\.type)
        try database.writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                for row in rows { try transaction.run(insertion(of: row, types, into: model.name)) }
            }
        }
    }

    private static func insertion(
        of row: [Value], _ types: [ColumnType], into table: String
    ) -> SQL {
        var sql: SQL = "INSERT INTO "
        sql.append(identifier: table)
        sql.append(" VALUES (")
        for (index, (value, type)) in zip(row, types).enumerated() {
            if index > 0 { sql.append(", ") }
            sql.append(argument: value, type)
        }
        sql.append(")")
        return sql
    }

    /// The first column of a query's rows, as SQLite would hold it.
    func values(_ sql: String) throws -> [Value] {
        try place.client().query(sql).map { row in
            guard let text = row[0] else { return .null }
            return ["t": .integer(1), "f": .integer(0)][text]
                ?? Int64(text).map(Value.integer) ?? .text(text)
        }
    }
}

/// A service over PostgreSQL: it lives on a loop of its own, and the rows come later than they are
/// asked for.
final class PostgresService: Sendable {
    /// The service, and what it asks.
    private struct Served {
        let service: RESTService
        let pool: PostgresPool
    }

    private let rows: PostgresRows
    private let thread: LoopThread
    private let served: LoopBound<Served>

    /// Serves rows.
    init(
        _ rows: PostgresRows, _ catalogue: Catalogue, _ rulebook: Rulebook,
        _ settings: RESTSettings
    ) throws {
        self.rows = rows
        let database = rows.database
        let thread = try LoopThread(index: 0, name: "library")
        self.thread = thread
        served = thread.perform { loop in
            let (reader, writes, pool) = database.attach(to: loop)
            let service = RESTService(
                catalogue: catalogue, rulebook: rulebook, database: writes, reader: reader,
                settings: settings, workers: RequestWorkers(threads: 1))
            return LoopBound(Served(service: service, pool: pool), on: loop)
        }
    }

    deinit {
        let served = served
        thread.perform { _ in served.value.pool.close() }
        thread.stop()
        thread.join()
    }

    /// What the service answers. The loop holds no service, which would end it on itself.
    func response(to request: Request, from identity: Identity) async -> Response {
        await withCheckedContinuation { continuation in
            let context = thread.context
            context.post { [served] in
                let table = served.value.service.routes(bodyBytesMax: 1 << 20)
                Self.give(table.answer(to: request, from: identity), to: continuation, on: context)
            }
        }
    }

    private static func give(
        _ answer: Answer, to continuation: CheckedContinuation<Response, Never>,
        on context: LoopContext
    ) {
        switch answer {
        case .response(let response): continuation.resume(returning: response)
        case .pending(let work): Task { continuation.resume(returning: await work()) }
        case .deferred(let begin):
            _ = begin { make in
                context.post { give(make(), to: continuation, on: context) }
            }
        case .prepared(let preparation):
            let answer = LoopBound(preparation.answer, on: context.loop)
            _ = preparation.begin(.plenty) {
                context.post { give(answer.value(), to: continuation, on: context) }
            }
        case .webSocket: continuation.resume(returning: Response(status: 500))
        }
    }
}
