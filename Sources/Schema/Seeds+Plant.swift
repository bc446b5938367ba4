public import Diagnostics
import Store
public import StoreSQLite
public import Values

/// What became of the seed rows.
public struct Planting: Hashable, Sendable {
    /// How many rows were new.
    public fileprivate(set) var added = 0
    /// Where the rows are given that are there already with other values.
    public fileprivate(set) var kept: [SourceLocation] = []
}

extension Catalogue {
    /// Inserts the seed rows in one transaction; rows whose key is there already are left as they
    /// are. Blocks.
    ///
    /// - Parameter defaultValue: gives the value of a column whose default is an expression.
    /// - Returns: how many rows were new, and which are there already with other values.
    /// - Throws: a problem with the row's place when one is refused; then none is inserted.
    public func plantSeeds(
        in database: SQLiteDatabase,
        defaultValue: (Model, Int) throws(Problem) -> Value
    ) throws(Problem) -> Planting {
        var statements: [(sql: SQL, other: SQL, model: Model, location: SourceLocation)] = []
        for row in seeds {
            guard let model = model(row.model) else { continue }
            statements.append(
                (
                    try insert(row, into: model, defaultValue: defaultValue),
                    Self.select(row, otherwiseIn: model), model, row.location
                ))
        }
        let inserts = statements
        return try database.writeAndWait { transaction throws(Problem) in
            var planting = Planting()
            try transaction.seeding { transaction throws(DatabaseError) in
                try transaction.deferForeignKeys()
            }
            for (sql, other, model, location) in inserts {
                try transaction.seeding(location) { transaction throws(DatabaseError) in
                    let added = try transaction.run(sql)
                    planting.added += added
                    let isOther = try transaction.query(other) { rows throws(DatabaseError) in
                        try rows.next()
                    }
                    if isOther { planting.kept.append(location) }
                    // Numbers given later must not meet those of seeds.
                    if added > 0, let sequence = model.sequence { try transaction.raise(sequence) }
                }
            }
            let fault = try transaction.seeding { transaction throws(DatabaseError) in
                try transaction.foreignKeyFault(in: "the seeds")
            }
            if let fault { throw .seeding(fault) }
            return planting
        }
    }

    private func insert(
        _ row: SeedRow, into model: Model, defaultValue: (Model, Int) throws(Problem) -> Value
    ) throws(Problem) -> SQL {
        var columns = row.columns
        var values = row.values
        for (index, column) in model.columns.enumerated() where !columns.contains(index) {
            switch column.default {
            case .constant(let value)?: values.append(value)
            case .expression?: values.append(try defaultValue(model, index))
            case nil: continue
            }
            columns.append(index)
        }
        var sql = model.insertion(of: columns, values)
        sql.append(" ON CONFLICT (")
        model.appendNames(of: model.primaryKey, to: &sql)
        sql.append(") DO NOTHING")
        return sql
    }

    /// Finds the row with the key of a seed row if it has other values.
    private static func select(_ row: SeedRow, otherwiseIn model: Model) -> SQL {
        var sql = SQL("SELECT 1 FROM ")
        sql.append(identifier: model.name)
        sql.append(" WHERE ")
        for (position, key) in model.primaryKey.enumerated() {
            guard let given = row.columns.firstIndex(of: key) else { continue }
            if position > 0 { sql.append(" AND ") }
            sql.append(identifier: model.columns[key].name)
            sql.append(" = ")
            sql.append(argument: row.values[given], model.columns[key].type)
        }
        sql.append(" AND (0")
        for (column, value) in zip(row.columns, row.values) {
            sql.append(" OR ")
            sql.append(identifier: model.columns[column].name)
            sql.append(" IS NOT ")
            sql.append(argument: value, model.columns[column].type)
        }
        sql.append(")")
        return sql
    }
}

extension WriteTransaction {
    /// Runs `body` and words its errors for the command line.
    ///
    /// - Parameter location: the seed row that it is about.
    fileprivate func seeding<R>(
        _ location: SourceLocation? = nil, _ body: (WriteTransaction) throws(DatabaseError) -> R
    ) throws(Problem) -> R {
        do throws(DatabaseError) {
            return try body(self)
        } catch {
            throw .seeding((location.map { "\($0): " } ?? "") + error.wording)
        }
    }
}

extension Problem {
    /// A fault of seeds, for the person at the command line.
    fileprivate static func seeding(_ message: String) -> Problem {
        Problem(code: "seeding_failed", status: 500, message: message)
    }
}
