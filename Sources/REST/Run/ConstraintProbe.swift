import Diagnostics
import Schema
import Store
import Values

/// Finds out what SQLite does not say about a broken constraint: which foreign key, which values.
/// Runs after the failed statement was undone, inside the same transaction.
struct ConstraintProbe {
    let run: WriteRun
    let model: Model
    let shown: [Int]

    typealias RowCondition = (inout StatementBuilder) -> Void

    /// Why an INSERT of these values failed.
    func problem(_ error: DatabaseError, inserting values: [Value]) throws(Problem) -> Problem {
        switch error {
        case .unique(_, let columns):
            let (name, key) = unique(columns)
            return .unique(name, key: shownKey(key, values: key.map { values[$0] })?.description)
        case .notNull(_, let column):
            return .notNull(column, table: model.name).withFailingRow(
                values, of: model, shown: shown)
        case .check(let name):
            return .check(name, table: model.name).withFailingRow(values, of: model, shown: shown)
        case .foreignKey:
            return try missingParent(of: values) ?? Problem(error)
        case .overBudget, .timeout, .busy, .readOnly, .full, .unavailable, .tooLarge,
            .sequenceExhausted, .stillReferenced, .tooDeep, .uniqueIndex, .other:
            return Problem(error)
        }
    }

    /// The first reference of these values that leads nowhere.
    func missingParent(of values: [Value]) throws(Problem) -> Problem? {
        for foreignKey in model.references {
            let key = foreignKey.columns.map { values[$0] }
            if key.contains(.null) { continue }
            if try parentExists(foreignKey, key) { continue }
            return .missingParent(
                foreignKey, table: model.name, key: shownKey(foreignKey.columns, values: key))
        }
        return nil
    }

    /// Why an UPDATE of the rows that `condition` chooses failed.
    func problem(
        _ error: DatabaseError, updating assignments: [Assignment], alias: String,
        where condition: RowCondition
    ) throws(Problem) -> Problem {
        let images = Images(model: model, assignments: assignments, alias: alias)
        switch error {
        case .unique(_, let columns):
            let (name, key) = unique(columns)
            let values = try clash(key, images, condition)
            return .unique(name, key: values.flatMap { shownKey(key, values: $0)?.description })
        case .notNull(let table, let column) where table == model.name:
            return try withFailingRow(.notNull(column, table: table), images, condition)
        case .check(let name):
            return try withFailingRow(.check(name, table: model.name), images, condition)
        case .foreignKey:
            if let problem = try missingParent(images, condition) { return problem }
            let columns = assignments.map(\.column)
            if let problem = try stillReferenced(columns: columns, images, condition) {
                return problem
            }
            return Problem(error)
        case .notNull, .overBudget, .timeout, .busy, .readOnly, .full, .unavailable, .tooLarge,
            .sequenceExhausted, .stillReferenced, .tooDeep, .uniqueIndex, .other:
            return Problem(error)
        }
    }

    /// Why a DELETE of the rows that `condition` chooses failed.
    func problem(
        _ error: DatabaseError, deletingFrom alias: String, where condition: RowCondition
    ) throws(Problem) -> Problem {
        guard error == .foreignKey else { return Problem(error) }
        let images = Images(model: model, assignments: [], alias: alias)
        if let problem = try stillReferenced(columns: nil, images, condition) { return problem }
        return Problem(error)
    }

    private struct Images {
        let model: Model
        let assignments: [Assignment]
        let alias: String
    }

    /// The constraint over these columns, and they in its own order.
    private func unique(_ names: [String]) -> (name: String, key: [Int]) {
        let columns = names.compactMap { model.columnIndex($0) }
        let ordered =
            Set(columns) == Set(model.primaryKey)
            ? model.primaryKey : model.uniques.first { Set($0.columns) == Set(columns) }?.columns
        let name =
            model.uniqueName(over: columns) ?? "\(model.name)_\(names.joined(separator: "_"))_key"
        return (name, ordered ?? columns)
    }

    private func parentExists(_ foreignKey: ForeignKey, _ key: [Value]) throws(Problem) -> Bool {
        guard let target = run.catalogue.model(foreignKey.target) else { return false }
        var builder = run.makeBuilder()
        builder.appendLookup(foreignKey.targetColumns, values: key, of: target)
        return try !run.look(builder).isEmpty
    }

    private func withFailingRow(
        _ problem: Problem, _ images: Images, _ condition: RowCondition
    ) throws(Problem) -> Problem {
        guard let values = try newRow(images, condition) else { return problem }
        return problem.withFailingRow(values, of: model, shown: shown)
    }

    /// The first row as it would be.
    private func newRow(_ images: Images, _ condition: RowCondition) throws(Problem) -> [Value]? {
        var builder = run.makeBuilder()
        builder.appendNewRows(of: model, images.assignments, alias: images.alias, where: condition)
        builder.append(" LIMIT 1")
        let row = try run.lookAtFirst(builder, count: model.columns.count + 1)
        return row.map { Array($0.dropFirst()) }
    }

    /// The key of a row that would be like another row's; failing that, of the first row.
    private func clash(
        _ key: [Int], _ images: Images, _ condition: RowCondition
    ) throws(Problem) -> [Value]? {
        var builder = run.makeBuilder()
        builder.append("SELECT ")
        let row = RowColumns(model, Alias.new, key)
        builder.append(row)
        builder.appendImages(of: model, images.assignments, alias: images.alias, where: condition)
        builder.append(" WHERE EXISTS (SELECT 1 FROM ")
        builder.append(table: model.name, as: Alias.other)
        builder.append(" WHERE ")
        builder.append(rowOf: Alias.other)
        builder.append(" <> ")
        builder.append(column: Alias.rowid, of: Alias.new)
        builder.append(" AND ")
        builder.appendEquals(RowColumns(model, Alias.other, key), row)
        builder.append(") LIMIT 1")
        if let values = try run.lookAtFirst(builder, count: key.count) { return values }
        return try newRow(images, condition).map { row in key.map { row[$0] } }
    }

    private func missingParent(_ images: Images, _ condition: RowCondition) throws(Problem)
        -> Problem?
    {
        for foreignKey in model.references {
            guard let target = run.catalogue.model(foreignKey.target),
                images.assignments.contains(where: { foreignKey.columns.contains($0.column) })
            else { continue }
            var builder = run.makeBuilder()
            builder.append("SELECT ")
            let row = RowColumns(model, Alias.new, foreignKey.columns)
            builder.append(row)
            builder.appendImages(
                of: model, images.assignments, alias: images.alias, where: condition)
            builder.append(" WHERE ")
            for name in row.names {
                builder.append(column: name, of: row.alias)
                builder.append(" IS NOT NULL AND ")
            }
            builder.append("NOT ")
            builder.appendMatch(
                RowColumns(target, Alias.other, foreignKey.targetColumns), of: row)
            builder.append(" LIMIT 1")
            if let values = try run.lookAtFirst(builder, count: foreignKey.columns.count) {
                return .missingParent(
                    foreignKey, table: model.name,
                    key: shownKey(foreignKey.columns, values: values))
            }
        }
        return nil
    }

    /// The key, if the caller may read all of it: defaults fill columns that the body may not even
    /// name, and rows that were there hold what others wrote.
    private func shownKey(_ columns: [Int], values: [Value]) -> KeyText? {
        guard columns.allSatisfy(shown.contains) else { return nil }
        return KeyText(columns, of: model, values: values)
    }

    /// A key of this table that rows of another hold on to. With `columns`, only keys they belong
    /// to.
    private func stillReferenced(
        columns: [Int]?, _ images: Images, _ condition: RowCondition
    ) throws(Problem) -> Problem? {
        for child in run.catalogue.models {
            for foreignKey in child.references where foreignKey.target == model.name {
                if let columns, Set(columns).isDisjoint(with: foreignKey.targetColumns) { continue }
                let isHolding = foreignKey.onDelete == .noAction || foreignKey.onDelete == .restrict
                if columns == nil, !isHolding { continue }
                var builder = run.makeBuilder()
                builder.append("SELECT ")
                let row = RowColumns(model, Alias.old, foreignKey.targetColumns)
                builder.append(row)
                builder.appendImages(of: model, [], alias: images.alias, where: condition)
                builder.append(" WHERE ")
                builder.appendMatch(RowColumns(child, Alias.other, foreignKey.columns), of: row)
                builder.append(" LIMIT 1")
                if let values = try run.lookAtFirst(builder, count: foreignKey.targetColumns.count)
                {
                    return .stillReferenced(
                        foreignKey, table: model.name, by: child.name,
                        key: shownKey(foreignKey.targetColumns, values: values))
                }
            }
        }
        return nil
    }
}
