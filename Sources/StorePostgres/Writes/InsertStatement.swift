import Store
import Values

/// Writes an insert as one statement: any number of rows, each column's values an array.
///
/// The proposed rows, those of them that are there, the verdict, the fresh ones with their numbers,
/// then the two writes. All see the tables as they were before the statement.
struct InsertStatement {
    let program: InsertProgram
    let answer: ProgramAnswer
    /// The columns whose values are stamped in rows that are there.
    let stamped: [Int]

    typealias Name = ProgramWriter.Name
    var table: Table { program.table }
    var places: Range<Int> { table.columns.indices }

    /// Whether rows are judged by the database, so that it must know what else is wrong with them.
    var judges: Bool { !program.checks.isEmpty || program.conflict != nil }

    func append(to writer: inout ProgramWriter) {
        let isNumberedEarly = checksReadNumber
        writer.expression(Name.rows) { appendProposed(isNumberedEarly, to: &$0) }
        if let conflict = program.conflict {
            writer.expression(Name.there) { appendThere(conflict, to: &$0) }
        }
        if judges { writer.expression(judging: refusals) }
        writer.expression(Name.fresh) { appendFresh(isNumberedEarly, to: &$0) }
        writer.expression(Name.inserted, isWrite: true, appendInsertion)
        let isMerge = program.conflict?.resolution == .merge
        if let conflict = program.conflict, isMerge {
            writer.expression(Name.changed, isWrite: !conflict.changed.isEmpty) {
                appendChange(conflict, to: &$0)
            }
        }
        if answer.readsRows { writer.expression(Name.written) { appendWritten(isMerge, to: &$0) } }
        let inserted = "(SELECT count(*) FROM \(Name.inserted))"
        let changed = isMerge ? " + (SELECT count(*) FROM \(Name.changed))" : ""
        writer.append(answer, affected: inserted + changed, inserted: inserted)
    }

    private func appendInsertion(to writer: inout ProgramWriter) {
        writer.append("INSERT INTO ")
        // Behind ON CONFLICT, a table of the name "excluded" would be ambiguous.
        writer.append(table.name, as: Alias.new)
        writer.append(" (")
        writer.append(table.givenColumns, of: table)
        writer.append(") SELECT ")
        writer.append(table.givenColumns, of: table)
        writer.append(" FROM \(Name.fresh) ORDER BY \(Name.place)")
        if let conflict = program.conflict { appendConflict(conflict, to: &writer) }
        writer.append(" RETURNING ")
        if answer.readsRows { writer.append(places, of: table) } else { writer.append("1") }
    }

    /// RETURNING cannot name the place of a new row, which its key tells.
    private func appendWritten(_ isMerge: Bool, to writer: inout ProgramWriter) {
        writer.append("SELECT coalesce(\(Name.fresh).\(Name.place), 0) AS \(Name.place), ")
        writer.append(places, of: table, "\(Name.inserted).")
        writer.append(" FROM \(Name.inserted) LEFT JOIN \(Name.fresh) ON ")
        let key = table.primaryKey.columns
        writer.append(
            table.columns(key, of: Name.inserted), equal: table.columns(key, of: Name.fresh))
        guard isMerge else { return }
        writer.append(" UNION ALL SELECT \(Name.place), ")
        writer.append(places, of: table)
        writer.append(" FROM \(Name.changed)")
    }
}
