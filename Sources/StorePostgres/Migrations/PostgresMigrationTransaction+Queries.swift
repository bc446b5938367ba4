import PostgresWire
import Store
import Values

extension PostgresMigrationTransaction {
    /// See ``Store/MigrationTransaction/finding(of:)``. The server tells the types of a view.
    func finding(of query: TableQuery) throws(DatabaseError) -> QueryFinding {
        var finding = QueryFinding.columns([])
        try session.undone { () throws(DatabaseError) in
            for rows in query.tables { try session.run(Self.definition(of: rows)) }
            finding = try look(at: query)
        }
        return finding
    }

    private func look(at query: TableQuery) throws(DatabaseError) -> QueryFinding {
        let head = "CREATE VIEW _apus_view AS "
        let (text, start) = PostgresDialect().everything(of: query)
        do throws(DatabaseError) {
            try session.guarded { () throws(DatabaseError) in _ = try session.run(head + text) }
        } catch {
            guard let told = session.lastError, told.isOfQuery else { throw error }
            let offset = told.position.map { position in
                (head + text).unicodeScalars.prefix(position - 1).reduce(0) {
                    $0 + UTF8.width($1)
                } - head.utf8.count - start
            }
            return .refused(told.message, offset: offset)
        }
        let rows = try session.run(
            """
            SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), t.typcategory,
              pg_catalog.format_type(a.atttypid, NULL)
            FROM pg_catalog.pg_attribute AS a
            JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
            WHERE a.attrelid = '_apus_view'::regclass AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """)
        return .columns(
            rows.map { row in
                let name = row[0] ?? ""
                let type = query.columns.first { $0.name == name }?.type
                return QueryColumn(
                    name, type: row[1],
                    isReadable: type?.takes(row[3] ?? "", ofCategory: row[2] ?? "") ?? true)
            })
    }

    private static func definition(of rows: TableQuery.Rows) -> String {
        let columns = rows.columns.map { column in
            let type =
                if case .decimal(let precision, let scale) = column.type {
                    "numeric(\(precision), \(scale))"
                } else if column.type == .text {
                    "text COLLATE \"C\""
                } else {
                    column.type.typeName
                }
            return "\(quoted(identifier: column.name)) \(type)"
        }
        return "CREATE TABLE \(quoted(identifier: rows.table)) "
            + "(\(columns.joined(separator: ", ")))"
    }
}

extension ServerError {
    /// Whether it says what is wrong with a statement, and not with the server or its connection:
    /// classes 22 (data), 42 (syntax and names) and 0A (what the server has not built).
    fileprivate var isOfQuery: Bool {
        ["0A", "22", "42"].contains { sqlState.text.hasPrefix($0) }
    }
}

extension ColumnType {
    /// Whether a cast makes values of this type of all those of another, whatever they are.
    ///
    /// - Parameter category: pg_type.typcategory.
    fileprivate func takes(_ type: String, ofCategory category: String) -> Bool {
        switch self {
        case .text: category == "S" || category == "E"
        case .decimal, .integer, .integer32, .real: category == "N" && type != "money"
        case .json: type == "jsonb" || type == "json"
        case .boolean: type == "boolean"
        case .uuid: type == "uuid"
        case .timestamp: type == "timestamp with time zone"
        case .date: type == "date"
        case .time: type == "time without time zone"
        case .bytes: type == "bytea"
        }
    }
}
