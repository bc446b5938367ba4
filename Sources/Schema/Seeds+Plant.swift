public import Database
public import Diagnostics
public import Values

extension Catalogue {
    /// Inserts the seed rows in one transaction; rows whose key is there already are left as they
    /// are. Blocks.
    ///
    /// - Parameter defaultValue: gives the value of a column whose default is an expression.
    /// - Returns: how many rows were new.
    /// - Throws: a problem with the row's place when one is refused; then none is inserted.
    public func plantSeeds(
        in database: DatabasePool,
        defaultValue: (Model, Int) throws(Problem) -> Value
    ) throws(Problem) -> Int {
        var statements: [(sql: SQL, model: Model, location: SourceLocation)] = []
        for row in seeds {
            guard let model = model(row.model) else { continue }
            statements.append(
                (try insert(row, into: model, defaultValue: defaultValue), model, row.location))
        }
        let inserts = statements
        return try database.writeAndWait { transaction throws(Problem) in
            var count = 0
            do throws(DatabaseError) {
                try transaction.deferForeignKeys()
            } catch {
                throw .migration(error.wording)
            }
            for (sql, model, location) in inserts {
                do throws(DatabaseError) {
                    let added = try transaction.run(sql)
                    count += added
                    // Numbers given later must not meet those of seeds.
                    if added > 0, let sequence = model.sequence { try transaction.raise(sequence) }
                } catch {
                    throw .migration("\(location): \(error.wording)")
                }
            }
            try transaction.checkForeignKeys(path: "the seeds")
            return count
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
        var sql = SQL("INSERT INTO ")
        sql.append(identifier: model.name)
        sql.append(" (")
        appendNames(columns, of: model, to: &sql)
        sql.append(") VALUES (")
        for (index, value) in values.enumerated() {
            if index > 0 { sql.append(", ") }
            sql.append(argument: value)
        }
        sql.append(") ON CONFLICT (")
        appendNames(model.primaryKey, of: model, to: &sql)
        sql.append(") DO NOTHING")
        return sql
    }

    private func appendNames(_ columns: [Int], of model: Model, to sql: inout SQL) {
        for (position, index) in columns.enumerated() {
            if position > 0 { sql.append(", ") }
            sql.append(identifier: model.columns[index].name)
        }
    }
}
