import Diagnostics
import Store
import Values

/// Finds out what SQLite does not say about a constraint that an UPDATE or DELETE breaks: which
/// row, which foreign key, which values. Runs after the failed statement was undone, inside the
/// same transaction.
struct ViolationProbe {
    let run: ProgramRun
    /// The rows that were to be written.
    let choice: RowChoice
    /// What the choice takes.
    let rows: Value?

    private var table: Table { choice.table }

    /// Why an UPDATE failed.
    func refusal(
        _ error: DatabaseError, updating assignments: [Assignment]
    ) throws(WriteRefusal) -> WriteRefusal {
        switch error {
        case .unique(let name, let columns):
            let named = table.key(over: columns, of: name)
            let (key, values) = try firstTaken(through: named, assignments)
            return .violation(.unique(key.name, columns: key.columns, values: values))
        case .notNull(let name, let column) where table.column(column, of: name) != nil:
            let column = table.column(column, of: name) ?? column
            return .violation(.notNull(column, row: try newRow(assignments)))
        case .check(let name): return .violation(.check(name, row: try newRow(assignments)))
        case .foreignKey:
            let violation =
                if let missing = try missingParent(assignments) { missing } else {
                    try stillReferenced { reference in
                        assignments.contains { reference.columns.contains($0.column) }
                    }
                }
            return violation.map { .violation($0) } ?? .failed(Problem(error))
        case .notNull, .timeout, .busy, .readOnly, .full, .unavailable, .unreachable,
            .invalidValue, .tooLarge, .noMemory, .sequenceExhausted, .stillReferenced,
            .tooDeep, .uniqueIndex,
            .other, .unexpected:
            return .failed(Problem(error))
        }
    }

    /// Why a DELETE failed.
    func refusal(deleting error: DatabaseError) throws(WriteRefusal) -> WriteRefusal {
        guard error == .foreignKey, let violation = try stillReferenced(by: \.holdsRows) else {
            return .failed(Problem(error))
        }
        return .violation(violation)
    }

    /// Values of the first row chosen, by its key, that fulfils more.
    ///
    /// - Parameter also: Writes `AND …`.
    private func first(
        _ columns: [Int], of alias: String, _ assignments: [Assignment],
        _ also: (inout ProgramWriter) -> Void = { _ in }
    ) throws(WriteRefusal) -> [Value]? {
        let statement = ProgramStatement(.once) { writer in
            choice.define(assignments.map(\.column), in: &writer)
            writer.append("SELECT ")
            writer.append(list: table.columns(columns, of: alias))
            writer.append(from: choice)
            also(&writer)
            writer.append(" ORDER BY ")
            writer.append(list: table.columns(table.primaryKey.columns, of: choice.alias))
            writer.append(" LIMIT 1")
        }
        let arguments = run.arguments(statement, rows, assigning: assignments)
        return try run.first(statement, arguments, count: columns.count)
    }

    /// The first row as it would be.
    private func newRow(_ assignments: [Assignment]) throws(WriteRefusal) -> [Value]? {
        try first(Array(table.columns.indices), of: Alias.new, assignments)
    }

    /// The first key assigned that would be like another row's, and its values, of those through
    /// the one that SQLite names: it tells the last that was made. Failing all, that of the first
    /// row.
    private func firstTaken(
        through named: Table.Key, _ assignments: [Assignment]
    ) throws(WriteRefusal) -> (Table.Key, [Value]?) {
        for key in table.keys.prefix(while: { $0 != named }) + [named] {
            guard assignments.contains(where: { key.columns.contains($0.column) }) else { continue }
            if let values = try clash(key.columns, assignments) { return (key, values) }
        }
        return (named, try first(named.columns, of: Alias.new, assignments))
    }

    /// The key of a row that would be like another row's.
    private func clash(
        _ key: [Int], _ assignments: [Assignment]
    ) throws(WriteRefusal) -> [Value]? {
        try first(key, of: Alias.new, assignments) { writer in
            writer.append(" AND EXISTS (SELECT 1 FROM ")
            writer.append(table.name, as: Alias.other)
            writer.append(" WHERE ")
            writer.append(rowIDOf: Alias.other)
            writer.append(" <> ")
            writer.append(rowIDOf: choice.alias)
            writer.append(" AND ")
            writer.append(
                table.columns(key, of: Alias.other), equal: table.columns(key, of: Alias.new))
            writer.append(")")
        }
    }

    private func missingParent(
        _ assignments: [Assignment]
    ) throws(WriteRefusal) -> ConstraintViolation? {
        for reference in table.references {
            guard assignments.contains(where: { reference.columns.contains($0.column) }) else {
                continue
            }
            let values = try first(reference.columns, of: Alias.new, assignments) { writer in
                let columns = table.columns(reference.columns, of: Alias.new)
                writer.append(" AND ")
                writer.append(all: columns.map { .not(.isNull($0)) })
                writer.append(" AND NOT ")
                writer.append(existenceIn: reference, columns)
                if isMoved(reference, assignments) {
                    writer.append(" AND NOT ")
                    writer.append(existenceIn: reference, columns, amongNew: choice)
                }
            }
            if let values { return .missingParent(reference, values: values) }
        }
        return nil
    }

    /// Whether rows of this table would be found by a reference to it at another place than they
    /// are. Others are where they were.
    private func isMoved(_ reference: Table.Reference, _ assignments: [Assignment]) -> Bool {
        reference.other == table.name
            && assignments.contains { assignment in
                reference.otherColumns.contains { $0.name == table.columns[assignment.column].name }
            }
    }

    /// A key of this table that rows of another hold on to, by the references that matter.
    private func stillReferenced(
        by matters: (Table.Reference) -> Bool
    ) throws(WriteRefusal) -> ConstraintViolation? {
        for reference in table.dependents where matters(reference) {
            let values = try first(reference.columns, of: Alias.old, []) { writer in
                writer.append(" AND ")
                writer.append(
                    existenceIn: reference, table.columns(reference.columns, of: Alias.old))
            }
            if let values { return .stillReferenced(reference, values: values) }
        }
        return nil
    }
}

extension ProgramWriter {
    /// `EXISTS (…)`: a row of the other table that these values lead to.
    fileprivate mutating func append(
        existenceIn reference: Table.Reference, _ values: [ValueExpression]
    ) {
        append("EXISTS (SELECT 1 FROM ")
        append(reference.other, as: Alias.other)
        append(" WHERE ")
        append(reference.otherColumns(of: Alias.other), equal: values)
        append(")")
    }

    /// `EXISTS (…)`: a row that is written, as it would be, that these values lead to.
    fileprivate mutating func append(
        existenceIn reference: Table.Reference, _ values: [ValueExpression],
        amongNew choice: RowChoice
    ) {
        append("EXISTS (SELECT 1 FROM (SELECT ")
        for (index, value) in reference.otherColumns(of: Alias.new).enumerated() {
            if index > 0 { append(", ") }
            sql.append(value)
            append(" AS ")
            append(identifier: reference.otherColumns[index].name)
        }
        append(from: choice)
        append(") AS ")
        append(identifier: Alias.other)
        append(" WHERE ")
        append(reference.otherColumns(of: Alias.other), equal: values)
        append(")")
    }
}
