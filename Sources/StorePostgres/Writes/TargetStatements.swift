import Store
import Values

// UPDATE and DELETE, each one statement: it locks the rows in the order of their keys, judges them
// as they are then, and writes them. Where the search takes long it comes first, by itself, and the
// rows are then locked and judged again one by one: a join that is not lateral could be one more
// search, under locks.

extension ProgramWriter {
    /// The expression with the rows that are meant, locked, as they are.
    private mutating func expression(
        finding target: WriteTarget, _ search: TargetSearch, locking lock: String
    ) {
        if case .first = search { expression(keysOf: target) }
        expression(Name.found) { writer in
            writer.append("SELECT *, row_number() OVER () AS \(Name.place) FROM (")
            switch search {
            case .locking:
                writer.append(rowsOf: target, target.conditions)
                writer.append(" ORDER BY ")
                writer.append(list: target.keyColumns)
                writer.append(locking: target, lock)
            case .first:
                let isIt = zip(target.keyColumns, target.keyColumns(of: Name.keys)).map {
                    ValueExpression.comparison(.equal, $0, $1)
                }
                writer.append("SELECT \(Name.subquery).* FROM \(Name.keys) CROSS JOIN LATERAL (")
                writer.append(rowsOf: target, isIt + target.conditions)
                writer.append(locking: target, lock)
                writer.append(") AS \(Name.subquery)")
            }
            writer.append(") AS \(Name.subquery)")
        }
    }

    /// The expression with the keys of the rows that are meant, in their order.
    private mutating func expression(keysOf target: WriteTarget) {
        expression(Name.keys) { writer in
            writer.append("SELECT ")
            for (index, column) in target.keyColumns.enumerated() {
                if index > 0 { writer.append(", ") }
                writer.sql.append(column)
                writer.append(" AS \(Name.key(index))")
            }
            writer.append(" FROM ")
            writer.append(target.table.name, as: target.alias)
            writer.sql.appendWhere(target.conditions)
            writer.append(" ORDER BY ")
            writer.append(list: target.keyColumns)
        }
    }

    /// Refuses more rows than may be found: before any is locked, where the search comes first.
    private func countRefusals(of target: WriteTarget, _ search: TargetSearch) -> [Part] {
        guard let rowsMax = target.rowsMax, !target.isNamedByKey else { return [] }
        let rows =
            switch search {
            case .locking: Name.found
            case .first: Name.keys
            }
        return [
            { writer in
                writer.append("SELECT ")
                writer.append(.tooManyFound, "\(rowsMax)")
                writer.append(" FROM (SELECT FROM \(rows) OFFSET \(rowsMax) LIMIT 1)")
                writer.append(" AS \(Name.subquery)")
            }
        ]
    }

    /// `SELECT … FROM … WHERE …`: all columns.
    private mutating func append(rowsOf target: WriteTarget, _ conditions: [ValueExpression]) {
        let table = target.table
        append("SELECT ")
        append(list: table.columns(table.columns.indices, of: target.alias))
        append(" FROM ")
        append(table.name, as: target.alias)
        sql.appendWhere(conditions)
    }

    private mutating func append(locking target: WriteTarget, _ lock: String) {
        append(" FOR \(lock) OF ")
        append(identifier: target.alias)
    }

    /// ` WHERE …`: the row that is written is the one found.
    private mutating func appendJoin(of table: Table, as alias: String) {
        append(" WHERE ")
        appendPassed()
        append(" AND ")
        let key = table.primaryKey.columns
        append(table.columns(key, of: alias), equal: table.columns(key, of: Name.found))
    }

    /// An UPDATE.
    mutating func append(
        _ program: UpdateProgram, _ answer: ProgramAnswer, finding search: TargetSearch
    ) {
        let target = program.target
        let table = target.table
        expression(finding: target, search, locking: table.lock(changing: program.columns))
        define(Alias.new, of: table, assigning: program.columns, else: Alias.old)
        var refusals = countRefusals(of: target, search)
        if !program.checks.isEmpty {
            refusals.append { writer in
                writer.append(firstFailureOf: program.checks, in: Name.found, as: Alias.old)
            }
        }
        refusals.append { writer in
            writer.append("SELECT ")
            writer.append(.fault)
            writer.append(" FROM \(Name.found) WHERE ")
            writer.append(.isFaulty, .boolean)
            writer.append(" LIMIT 1")
        }
        expression(judging: refusals)
        expression(Name.written, isWrite: true) { writer in
            writer.append("UPDATE ")
            writer.append(table.name, as: Alias.other)
            writer.append(" SET ")
            for (index, column) in program.columns.enumerated() {
                if index > 0 { writer.append(", ") }
                writer.append([column], of: table)
                writer.append(" = ")
                writer.sql.append(table.argument(column))
            }
            writer.append(" FROM \(Name.found)")
            writer.appendJoin(of: table, as: Alias.other)
            writer.append(" RETURNING \(Name.found).\(Name.place)")
            guard answer.readsRows else { return }
            writer.append(", ")
            writer.append(table.columns.indices, of: table, quoted(identifier: Alias.other) + ".")
        }
        append(answer, affected: "(SELECT count(*) FROM \(Name.written))", inserted: "0::int8")
    }

    /// A DELETE.
    mutating func append(
        _ program: DeleteProgram, _ answer: ProgramAnswer, finding search: TargetSearch
    ) {
        let target = program.target
        let table = target.table
        expression(finding: target, search, locking: "UPDATE")
        var refusals = countRefusals(of: target, search)
        if let shown = program.returning.representation, let rule = shown.rule {
            refusals.append { writer in
                writer.append("SELECT ")
                writer.append(.invisible)
                writer.append(" WHERE ")
                writer.append(existenceOfHidden: rule, as: shown.alias, in: Name.found)
            }
        }
        expression(judging: refusals)
        expression(Name.changed, isWrite: true) { writer in
            writer.append("DELETE FROM ")
            writer.append(table.name, as: Alias.other)
            writer.append(" USING \(Name.found)")
            writer.appendJoin(of: table, as: Alias.other)
            writer.append(" RETURNING 1")
        }
        if answer.readsRows {
            expression(Name.written) { $0.append("SELECT * FROM \(Name.found)") }
        }
        append(answer, affected: "(SELECT count(*) FROM \(Name.changed))", inserted: "0::int8")
    }

    /// Says what the columns of a row's image are: arguments where they are assigned, else those
    /// of another row.
    mutating func define(
        _ image: String, of table: Table, assigning assigned: [Int], else other: String
    ) {
        sql.define(row: image) { column in
            if let place = table.place(of: column), assigned.contains(place) {
                return table.argument(place)
            }
            return .column(column.name, of: other, type: column.type)
        }
    }
}

extension WriteTarget {
    /// The columns of the primary key.
    fileprivate var keyColumns: [ValueExpression] {
        table.columns(table.primaryKey.columns, of: alias)
    }

    /// Their values in an expression that calls them ``ProgramWriter/Name/key(_:)``.
    func keyColumns(of expression: String) -> [ValueExpression] {
        table.primaryKey.columns.enumerated().map { index, column in
            .column(ProgramWriter.Name.key(index), of: expression, type: table.columns[column].type)
        }
    }
}
