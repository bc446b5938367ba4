import Bytes
import Diagnostics
import Expressions
import Foundation
import HTTP
import PostgresTestSupport
import Schema
import Store
import StoreSQLite
import TestSupport
import Values

@testable import REST

/// A project in memory: catalogue, rules, a real database, and the service in front of it. What is
/// sent to it is answered from PostgreSQL where that is the engine of the tests.
struct Library {
    let database: SQLiteDatabase
    let service: RESTService
    private let postgres: (rows: PostgresRows, service: PostgresService)?
    let catalogue: Catalogue
    let rulebook: Rulebook
    let settings: RESTSettings

    init(
        models: [String: String] = Library.books, rules: String = "{}",
        data: [String] = Library.rows,
        settings: RESTSettings = RESTSettings(), inlineTime: Duration? = nil
    ) throws {
        var files = models.map { (path: "models/\($0).json", contents: Array($1.utf8)) }
        files.append((path: "rules.json", contents: Array(rules.utf8)))
        let catalogue = try Catalogue(parsing: files)
        let rulebook = try Rulebook.compile(catalogue)
        var configuration = DatabaseConfiguration.temporary
        if let inlineTime { configuration.inlineTime = inlineTime }
        let database = try SQLiteDatabase.open(configuration)
        try database.writeAndWait { (transaction) throws(Problem) in
            do {
                for model in catalogue.modelsByDependency {
                    let definition = try model.definition(render: rulebook.definition)
                    for statement in SQLiteDialect().create(definition) {
                        try transaction.run(SQL(text: statement))
                    }
                }
                for statement in data { try transaction.run(SQL(text: statement)) }
            } catch {
                throw Problem(code: "TEST", status: 500, message: "\(error)")
            }
        }
        try catalogue.settleSequences(in: database)
        let rows =
            TestEngine.isPostgres
            ? try PostgresRows(catalogue, rulebook) { try Self.rows(of: $0, in: database) } : nil
        try self.init(database, rows, catalogue, rulebook, settings)
    }

    private init(
        _ database: SQLiteDatabase, _ rows: PostgresRows?, _ catalogue: Catalogue,
        _ rulebook: Rulebook, _ settings: RESTSettings
    ) throws {
        self.database = database
        self.catalogue = catalogue
        self.rulebook = rulebook
        self.settings = settings
        service = RESTService(
            catalogue: catalogue, rulebook: rulebook, database: database,
            reader: try database.makeReader(), settings: settings,
            workers: RequestWorkers(threads: 1))
        postgres = try rows.map { rows in
            (rows, try PostgresService(rows, catalogue, rulebook, settings))
        }
    }

    /// What a table holds.
    static func rows(of model: Model, in database: SQLiteDatabase) throws -> [[Value]] {
        let names = model.columns.map { quoted(identifier: $0.name) }.joined(separator: ", ")
        let sql = SQL(text: "SELECT \(names) FROM \(quoted(identifier: model.name))")
        return try database.makeReader().query(sql) { (rows) throws(DatabaseError) in
            var all: [[Value]] = []
            while try rows.next() { all.append(model.columns.indices.map { rows.value($0) }) }
            return all
        }
    }

    /// The same rows behind a service that has planned nothing so far.
    func restarted() throws -> Library {
        try Library(database, postgres?.rows, catalogue, rulebook, settings)
    }

    var table: RouteTable<Identity> { service.routes(bodyBytesMax: 1 << 20) }

    /// Sends a request below `/rest/v1` and waits for the answer.
    func send(
        _ method: HTTP.Method, _ target: String, _ fields: [(String, String)] = [],
        body: String = "",
        as identity: Identity = .anonymous
    ) async -> Response {
        let request = Request(method, "/rest/v1" + target, fields: fields, body: Array(body.utf8))
        if let postgres { return await postgres.service.response(to: request, from: identity) }
        return await table.response(to: request, from: identity)
    }

    func get(
        _ target: String, _ fields: [(String, String)] = [], as identity: Identity = .anonymous
    ) async -> String {
        await send(.get, target, fields, as: identity).text
    }

    /// What many who ask the same at once are answered. SQLite's reads are one behind another.
    func get(_ target: String, byMany count: Int) async -> [Response] {
        guard let postgres else {
            var responses: [Response] = []
            for _ in 0..<count { responses.append(await send(.get, target)) }
            return responses
        }
        let request = Request(.get, "/rest/v1" + target)
        return await withTaskGroup(of: Response.self) { readers in
            for _ in 0..<count {
                readers.addTask { await postgres.service.response(to: request, from: .anonymous) }
            }
            return await readers.reduce(into: []) { $0.append($1) }
        }
    }

    /// Runs a statement behind the service's back, where its rows are.
    func run(_ statement: String) throws {
        let database: any Database = postgres?.rows.database ?? database
        try database.writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in _ = try transaction.run(SQL(text: statement)) }
        }
    }

    /// The first column of a query's rows, for looking behind the service's back.
    func values(_ sql: String) throws -> [Value] {
        if let postgres { return try postgres.rows.values(sql) }
        return try database.makeReader().query(SQL(text: sql)) { (rows) throws(DatabaseError) in
            var values: [Value] = []
            while try rows.next() { values.append(rows.value(0)) }
            return values
        }
    }
}

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// One member of an error body.
    func member(_ name: String) -> String? {
        (try? JSONDocument(parsing: body))?.root[name]?.string
    }
}

extension Library {
    /// The tables of rest.md §8.9, open to everybody.
    static let books: [String: String] = [
        "authors": """
        {"properties": {"id": {"type": "integer", "identity": true}, "name": {"type": "string"}},
         "required": ["name"], "access": {"all": true}}
        """,
        "books": """
        {"properties": {
           "id": {"type": "integer", "identity": true}, "title": {"type": "string"},
           "author_id": {"type": "integer", "references": {"model": "authors"}},
           "editor_id": {"type": "integer", "references": {"model": "authors"}}},
         "required": ["title"], "access": {"all": true}}
        """,
        "reviews": """
        {"properties": {
           "id": {"type": "integer", "identity": true},
           "book_id": {"type": "integer", "references": {"model": "books", "onDelete": "cascade"}},
           "stars": {"type": "integer", "minimum": 1, "maximum": 5}},
         "required": ["book_id", "stars"], "access": {"all": true}}
        """,
        "genres": """
        {"properties": {"id": {"type": "integer", "identity": true}, "name": {"type": "string"}},
         "required": ["name"], "unique": [["name"]], "access": {"all": true}}
        """,
        "book_genres": """
        {"properties": {
           "book_id": {"type": "integer", "references": {"model": "books", "onDelete": "cascade"}},
           "genre_id": {"type": "integer", "references": {"model": "genres"}}},
         "primaryKey": ["book_id", "genre_id"], "access": {"all": true}}
        """,
    ]

    static let rows = [
        "INSERT INTO authors (id, name) VALUES (1, 'Ann'), (2, 'Bob')",
        """
        INSERT INTO books (id, title, author_id, editor_id)
        VALUES (1, 'Ash', 1, 2), (2, 'Bay', 1, NULL)
        """,
        "INSERT INTO reviews (id, book_id, stars) VALUES (1, 1, 5), (2, 1, 3)",
        "INSERT INTO genres (id, name) VALUES (1, 'crime'), (2, 'sea')",
        "INSERT INTO book_genres (book_id, genre_id) VALUES (1, 1), (2, 1), (2, 2)",
    ]
}

extension RESTSettings {
    // Settings of which a test names the one that it is about.

    init(rowsMax: Int) {
        self.init(rowsMax: rowsMax, refusesUnfilteredWrites: true, writeRowsMax: 1_000_000)
    }

    init(refusesUnfilteredWrites: Bool = true) {
        self.init(
            rowsMax: 1000, refusesUnfilteredWrites: refusesUnfilteredWrites, writeRowsMax: 10_000)
    }
}
