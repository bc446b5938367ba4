import Store
import Values

extension InsertStatement {
    /// Looks up the proposed rows that are there. What is merged into is locked, so that it is
    /// judged as it will be written; those that come up later have the program run again.
    func appendThere(_ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter) {
        writer.append("SELECT \(Name.rows).\(Name.place), \(Name.rows).\(Name.marks), ")
        for column in Set(conflict.key + conflict.changed).sorted() {
            writer.sql.append(table.column(column, of: Name.rows))
            writer.append(" AS \(Name.proposed(column)), ")
        }
        appendFailure(conflict, to: &writer)
        writer.append(" AS \(Name.failure) FROM \(Name.rows) JOIN ")
        writer.append(table.name, as: Alias.old)
        writer.append(" ON ")
        writer.append(
            table.columns(conflict.key, of: Alias.old),
            equal: table.columns(conflict.key, of: Name.rows))
        let others: ProposedRow.Marks = [.isRepeated, .isNumbered]
        writer.append(" WHERE \(Name.rows).\(Name.marks) & \(others.rawValue) = 0")
        guard conflict.resolution == .merge else { return }
        writer.append(" ORDER BY ")
        writer.append(list: table.columns(table.primaryKey.columns, of: Alias.old))
        writer.append(" FOR \(table.lock(changing: conflict.changed)) OF ")
        writer.append(identifier: Alias.old)
    }

    /// The number of the first check that a row fails which is merged into: hidden, or not to be
    /// changed so.
    private func appendFailure(
        _ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter
    ) {
        guard conflict.resolution == .merge else { return writer.append(failureOf: []) }
        writer.sql.define(row: Alias.new) { [table, stamped] column in
            guard let place = table.place(of: column), conflict.changed.contains(place) else {
                return .column(column.name, of: Alias.old, type: column.type)
            }
            if stamped.contains(place) { return table.argument(place) }
            return .column(column.name, of: Name.rows, type: column.type)
        }
        writer.append(
            failureOf: conflict.using.map { (ProgramRefusal.hidden, $0) }
                + conflict.checks.enumerated().map { ($0, $1) })
    }

    /// What becomes of a row whose key was free when the statement began and is not any more. DO
    /// NOTHING would leave it out without a word, so a condition raises an error instead: the
    /// program is run again and finds the row there. A number that the store has given conflicts
    /// for good.
    func appendConflict(
        _ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter
    ) {
        writer.append(" ON CONFLICT (")
        writer.append(conflict.key, of: table)
        writer.append(") DO UPDATE SET ")
        let assigned = conflict.key.prefix(1)
        writer.append(assigned, of: table)
        if assigned.contains(where: { table.columns[$0].isComputed }) {
            writer.append(" = DEFAULT")
        } else {
            writer.append(" = excluded.")
            writer.append(assigned, of: table)
        }
        writer.append(" WHERE ")
        if let identity = table.identity?.column, conflict.key.contains(identity) {
            let number = "excluded." + quoted(identifier: table.columns[identity].name)
            let mark = ProposedRow.Marks.isNumbered.rawValue
            writer.append(
                "CASE WHEN EXISTS (SELECT 1 FROM \(Name.fresh) AS \(Name.subquery)"
                    + " WHERE \(Name.marks) & \(mark) <> 0 AND \(Name.subquery).")
            writer.append([identity], of: table)
            writer.append(" = \(number)) THEN ")
            writer.append(.taken, number)
            writer.append(" ELSE ")
            writer.appendAgain()
            writer.append(" END")
        } else {
            writer.appendAgain()
        }
    }

    /// Writes the proposed values into the rows that are there, or reads these where nothing of
    /// them changes.
    func appendChange(_ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter) {
        if conflict.changed.isEmpty {
            appendUnchanged(conflict, to: &writer)
        } else {
            appendUpdate(conflict, to: &writer)
        }
    }

    private func appendUnchanged(
        _ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter
    ) {
        writer.append("SELECT ")
        appendPlaceAndRow(to: &writer)
        writer.append(" FROM \(Name.there) JOIN ")
        writer.append(table.name, as: Alias.old)
        writer.append(" ON ")
        appendJoin(conflict, to: &writer)
        writer.append(" WHERE ")
        writer.appendPassed()
    }

    private func appendUpdate(_ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter) {
        writer.append("UPDATE ")
        writer.append(table.name, as: Alias.old)
        writer.append(" SET ")
        for (index, column) in conflict.changed.enumerated() {
            if index > 0 { writer.append(", ") }
            writer.append([column], of: table)
            writer.append(" = ")
            if stamped.contains(column) {
                writer.sql.append(table.argument(column))
            } else {
                writer.append("\(Name.there).\(Name.proposed(column))")
            }
        }
        writer.append(" FROM \(Name.there) WHERE ")
        writer.appendPassed()
        writer.append(" AND ")
        appendJoin(conflict, to: &writer)
        writer.append(" RETURNING ")
        appendPlaceAndRow(to: &writer)
    }

    /// The row is that of the proposed one's key.
    private func appendJoin(_ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter) {
        let key = conflict.key.map { column in
            ValueExpression.column(
                Name.proposed(column), of: Name.there, type: table.columns[column].type)
        }
        writer.append(table.columns(conflict.key, of: Alias.old), equal: key)
    }

    private func appendPlaceAndRow(to writer: inout ProgramWriter) {
        writer.append("\(Name.there).\(Name.place)")
        guard answer.readsRows else { return }
        writer.append(", ")
        writer.append(places, of: table, quoted(identifier: Alias.old) + ".")
    }
}
