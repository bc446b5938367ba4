import Bytes
import Diagnostics
import Schema

/// What `apus deleted` does with rows of models whose deletions are soft (`softDelete`).
public enum DeletedRowsCommand {
    /// Which of the deleted rows.
    public enum Choice: Sendable {
        case all
        /// Those with these keys: values with commas between, where a key has several columns.
        case keys([String])
        /// Those that were deleted longer ago than this.
        case olderThan(Duration)
        /// Those that were deleted no longer ago than this.
        case within(Duration)
    }

    /// What becomes of them.
    public enum Action: Sendable {
        /// They are there again, as they were.
        case restore
        /// They are removed for good, with what refers to them by a cascade.
        case purge
    }

    /// A row that is deleted.
    public struct Row: Sendable {
        /// Its key, as a choice names it.
        public let key: String
        /// When it was deleted.
        public let deletedAt: String
    }

    /// The model, and the server that is asked.
    public struct Target: Sendable {
        /// The model's name.
        public var table: String
        /// Where the server answers that uses the database; nil to look for it by the settings.
        public var server: ServerURL?
        /// The file of the authorities that its certificate is judged by; nil for the system's.
        public var authorities: String?

        /// Rows of a model.
        public init(table: String) { self.table = table }
    }

    /// The rows that are deleted, those first that were last.
    ///
    /// - Parameter limit: The most rows that are told.
    /// - Throws: ``OperandError`` for a model without `softDelete`; what the server says.
    public static func list(
        _ options: ServerOptions, _ target: Target, limit: Int
    ) throws -> [Row] {
        try with(options, target) { _ in
        } _: { rows, _ in
            try rows.deleted(order: "desc", limit: limit).map { row in
                Row(key: rows.text(ofKey: row), deletedAt: row[rows.column]?.string ?? "")
            }
        }
    }

    /// Restores or purges rows, a chunk at a time.
    ///
    /// - Parameter progress: Told how many are done by now.
    /// - Returns: how many they were, and the keys that no deleted row has.
    /// - Throws: as ``list(_:_:limit:)``.
    public static func run(
        _ action: Action, _ choice: Choice, _ options: ServerOptions, _ target: Target,
        progress: (Int) -> Void
    ) throws -> (count: Int, missing: [String]) {
        try with(options, target) { model in
            try choice.keys?.map { try model.values(ofKey: $0) }
        } _: { rows, keys in
            if let keys { return try rows.perform(action, keys: keys, progress) }
            let since = rows.condition(of: choice, now: .now)
            var count = 0
            while true {
                let chunk = try rows.deleted(since, order: "asc", limit: DeletedRows.chunkRows)
                let done = chunk.isEmpty ? 0 : try rows.perform(action, chunk.map(rows.key)).count
                // Others may be faster with some, but a trigger that keeps rows is for ever.
                if done == 0 { return (count, []) }
                count += done
                progress(count)
            }
        }
    }

    /// Rows as a JSON array of objects with `key` and `deleted_at`.
    public static func json(_ rows: [Row]) -> String {
        let objects = rows.map { row -> JSON in
            ["key": .string(row.key), "deleted_at": .string(row.deletedAt)]
        }
        return String(utf8: JSON.array(objects).bytes)
    }

    /// - Parameter prepare: Judges operands before any server is asked.
    private static func with<Prepared, R>(
        _ options: ServerOptions, _ target: Target, _ prepare: (Model) throws -> Prepared,
        _ body: (DeletedRows, Prepared) throws -> R
    ) throws -> R {
        try options.requireProject()
        let schemas = try SchemaSet.load(options)
        let model = try schemas.catalogue.requireModel(target.table)
        guard let column = model.deletedAt else {
            throw OperandError(
                "deletions of '\(model.name)' remove its rows: only a model with "
                    + "\"softDelete\": true keeps them")
        }
        let prepared = try prepare(model)
        let service = try ServiceConnection(
            options, schemas.settings, to: target.server, trusting: target.authorities)
        defer { service.close() }
        let rows = DeletedRows(
            model: model, column: model.columns[column].name, connection: service.connection)
        return try body(rows, prepared)
    }
}

extension DeletedRowsCommand.Choice {
    fileprivate var keys: [String]? { if case .keys(let keys) = self { keys } else { nil } }
}

extension Model {
    /// The values of a key as a user names it.
    fileprivate func values(ofKey key: String) throws(OperandError) -> [String] {
        if primaryKey.count == 1 { return [key] }
        let values = key.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if values.count == primaryKey.count { return values }
        throw OperandError(
            "a key of '\(name)' is \(primaryKey.count) values with commas between, not '\(key)'")
    }
}

/// The deleted rows of a model, through a server.
private struct DeletedRows {
    /// Rows that one request names by their keys.
    static let chunkRows = 100

    let model: Model
    /// The column with the time of the deletion.
    let column: String
    let connection: ServerConnection

    private var isDeleted: String { "\(Self.name(column))=not.is.null" }

    private static func name(_ name: String) -> String {
        PercentEncoding.encode(component: name.inQuotes)
    }

    private var keyNames: String {
        model.primaryKey.map { Self.name(model.columns[$0].name) }.joined(separator: ",")
    }

    /// The condition that a choice by time makes, as a parameter.
    func condition(of choice: DeletedRowsCommand.Choice, now: Instant) -> String {
        func moment(_ span: Duration) -> String {
            let microseconds = now.microseconds - Int64(span / .microseconds(1))
            return PercentEncoding.encode(
                component: Instant(microseconds: microseconds).postgres)
        }
        return switch choice {
        case .olderThan(let span): "&\(Self.name(column))=lt.\(moment(span))"
        case .within(let span): "&\(Self.name(column))=gte.\(moment(span))"
        case .all, .keys: ""
        }
    }

    /// Deleted rows, of which the key and the time are told.
    func deleted(
        _ condition: String = "", order: String, limit: Int
    ) throws -> [JSONValue] {
        try send(
            "GET",
            "select=\(keyNames),\(Self.name(column))&\(isDeleted)\(condition)"
                + "&order=\(Self.name(column)).\(order),\(keyNames)&limit=\(limit)")
    }

    /// A row's key as filters have it.
    func key(_ row: JSONValue) -> [String] {
        model.primaryKey.map { column in
            let value = row[model.columns[column].name]
            return value?.string ?? value.map { String(utf8: $0.raw) } ?? ""
        }
    }

    func text(ofKey row: JSONValue) -> String { key(row).joined(separator: ",") }

    /// Restores or purges rows that a user has named.
    ///
    /// - Returns: how many they were, and the keys that no deleted row has.
    func perform(
        _ action: DeletedRowsCommand.Action, keys: [[String]], _ progress: (Int) -> Void
    ) throws -> (count: Int, missing: [String]) {
        var done: Set<[String]> = []
        for start in stride(from: 0, to: keys.count, by: Self.chunkRows) {
            let chunk = keys[start..<min(start + Self.chunkRows, keys.count)]
            done.formUnion(try perform(action, Array(chunk)).map(key))
            progress(done.count)
        }
        let missing = keys.filter { !done.contains($0) }
        return (done.count, missing.map { $0.joined(separator: ",") })
    }

    /// Restores or purges rows.
    ///
    /// - Returns: the rows, of which the key is told.
    func perform(
        _ action: DeletedRowsCommand.Action, _ keys: [[String]]
    ) throws -> [JSONValue] {
        let rows = keys.map { key in
            let values = zip(model.primaryKey, key).map { column, value in
                "\(model.columns[column].name.inQuotes).eq.\(value.inQuotes)"
            }
            return values.count == 1 ? values[0] : "and(\(values.joined(separator: ",")))"
        }
        let condition = PercentEncoding.encode(component: "(\(rows.joined(separator: ",")))")
        let query = "select=\(keyNames)&\(isDeleted)&or=\(condition)"
        return switch action {
        case .restore: try send("PATCH", query, body: "{\(column.inQuotes):null}")
        case .purge: try send("DELETE", query)
        }
    }

    private func send(
        _ method: String, _ query: String, body: String = ""
    ) throws -> [JSONValue] {
        try connection.begin(
            method, "\(TableImport.path(of: model.name))?\(query)",
            [("Prefer", "return=representation")], body: Array(body.utf8))
        let answer = try connection.answer()
        guard answer.status == 200 else { throw Problem(answer).said(by: connection.server) }
        return try JSONDocument(parsing: answer.body).root.elements
    }
}
