import SQLite
public import Store
import Values

extension SQLiteTransaction {
    /// See ``Store/MigrationTransaction/finding(of:)``. Columns that are taken from a table have
    /// the type that its definition names, whatever that is; what is computed has none before there
    /// are values.
    public func finding(of query: TableQuery) throws(DatabaseError) -> QueryFinding {
        for rows in query.tables { try executeScript(Self.definition(of: rows)) }
        let found = finding(ofKnown: query)
        // Another query finds those alone that it names.
        for rows in query.tables {
            try executeScript("DROP TABLE IF EXISTS \(quoted(identifier: rows.table))")
        }
        return found
    }

    private func finding(ofKnown query: TableQuery) -> QueryFinding {
        let (text, start) = SQLiteDialect().everything(of: query)
        do throws(SQLiteError) {
            let run = try connection.run(text, isKept: false)
            guard run.parameterCount == 0 else {
                return .refused("a view has no parameters", offset: nil)
            }
            return .columns(
                (0..<run.columnCount).map { index in
                    let name = run.columnName(index)
                    // Those that SQLite has itself are in upper case.
                    let type = run.declaredType(index)?.lowercased()
                    let declared = query.columns.first { $0.name == name }?.type
                    let isReadable = declared.flatMap { declared in
                        type.flatMap(ColumnType.init(layoutName:)).map(declared.takes)
                    }
                    return QueryColumn(name, type: type, isReadable: isReadable ?? true)
                })
        } catch {
            let offset =
                error.offset.map { $0 - start }
                ?? DatabaseError.missingTable(error).flatMap(query.offset)
            return .refused(error.message, offset: offset)
        }
    }

    /// A table whose columns have the types of models for types.
    private static func definition(of rows: TableQuery.Rows) -> String {
        let columns = rows.columns.map { column in
            "\(quoted(identifier: column.name)) \(column.type.layoutName)"
        }
        return "CREATE TABLE IF NOT EXISTS \(quoted(identifier: rows.table)) "
            + "(\(columns.joined(separator: ", ")))"
    }
}

extension ColumnType {
    /// Whether values that are stored as those of another type are read as those of this one.
    fileprivate func takes(_ other: ColumnType) -> Bool {
        if case .decimal(_, let scale) = self, case .decimal(_, let otherScale) = other {
            return scale == otherScale
        }
        let integers: [ColumnType] = [.integer, .integer32]
        return self == other
            || integers.contains(other) && (self == .real || integers.contains(self))
    }
}

extension TableQuery {
    /// Where the text names a table: SQLite does not say where it misses one.
    fileprivate func offset(of table: String) -> Int? {
        SQLLexer.tokens(of: text, .sqlite).first {
            $0.name(by: .sqlite) == table.lowercased()
        }?.offset
    }
}
