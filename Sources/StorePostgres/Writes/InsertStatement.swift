import Store
import Values

/// Writes an insert as one statement: any number of rows, each column's values an array.
struct InsertStatement {
    let program: InsertProgram
    let answer: ProgramAnswer
    /// The columns whose values are stamped in rows that are there.
    let stamped: [Int]

    private typealias Name = ProgramWriter.Name
    private var table: Table { program.table }
    private var places: Range<Int> { table.columns.indices }

    /// Whether rows are judged by the database, so that it has to know what else is wrong with them.
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

    // MARK: Proposed rows

    /// Whether a check looks at the number that the store gives.
    private var checksReadNumber: Bool {
        guard let identity = table.identity?.column else { return false }
        var isRead = false
        var writer = StatementWriter(PostgresDialect())
        let name = table.columns[identity].name
        writer.define(row: Alias.new) { column in
            if column.name == name { isRead = true }
            return .constant(.null, column.type)
        }
        for check in program.checks { writer.append(check) }
        return isRead
    }

    private func appendProposed(_ isNumbered: Bool, to writer: inout ProgramWriter) {
        writer.append("SELECT ")
        for place in places {
            appendNumbered(place, isNumbered, to: &writer)
            writer.append(", ")
        }
        if judges { writer.append("\(Name.marks), ") }
        writer.append("\(Name.place) FROM unnest(")
        for (index, column) in table.columns.enumerated() {
            if index > 0 { writer.append(", ") }
            writer.append(.column(index), column.type)
        }
        if judges {
            writer.append(", ")
            writer.append(.marks, .integer32)
        }
        writer.append(") WITH ORDINALITY AS \(Name.some)(")
        writer.append(places, of: table)
        writer.append(judges ? ", \(Name.marks), \(Name.place))" : ", \(Name.place))")
    }

    /// A column; the identity column with the next number where it has none.
    private func appendNumbered(
        _ place: Int, _ isNumbered: Bool, to writer: inout ProgramWriter
    ) {
        let column = table.columns[place]
        let name = quoted(identifier: column.name)
        guard isNumbered, place == table.identity?.column else { return writer.append(name) }
        let relation = PostgresDialect.literal(quoted(identifier: table.name))
        let sequence =
            "SELECT pg_get_serial_sequence(\(relation), \(PostgresDialect.literal(column.name)))"
        writer.append("coalesce(\(name), nextval((\(sequence)::regclass))")
        writer.append("::\(column.type.typeName)) AS \(name)")
    }

    /// Who may not create uses no number up, unless a rule looks at it.
    private func appendFresh(_ isNumberedEarly: Bool, to writer: inout ProgramWriter) {
        writer.append("SELECT \(Name.place), ")
        if judges { writer.append("\(Name.marks), ") }
        for place in places {
            if place > 0 { writer.append(", ") }
            appendNumbered(place, !isNumberedEarly, to: &writer)
        }
        writer.append(" FROM \(Name.rows) WHERE ")
        if judges { writer.appendPassed() } else { writer.append("true") }
        if program.conflict != nil {
            writer.append(
                " AND \(Name.marks) & \(ProposedRow.Marks.isRepeated.rawValue) = 0"
                    + " AND \(Name.place) NOT IN (SELECT \(Name.place) FROM \(Name.there))")
        }
        writer.append(" ORDER BY \(Name.place)")
    }

    // MARK: Rows that are there

    /// Looks up the proposed rows that are there. What is merged into is locked, so that it is
    /// judged as it will be written; those that come up later have the program run again.
    private func appendThere(
        _ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter
    ) {
        let isMerge = conflict.resolution == .merge
        writer.sql.define(row: Alias.new) { [table, stamped] column in
            guard let place = table.place(of: column), conflict.changed.contains(place) else {
                return .column(column.name, of: Alias.old, type: column.type)
            }
            if stamped.contains(place) { return table.argument(place) }
            return .column(column.name, of: "_apus_rows", type: column.type)
        }
        let judged =
            conflict.using.map { (ProgramRefusal.hidden, $0) }
            + conflict.checks.enumerated().map { ($0, $1) }
        writer.append("SELECT \(Name.rows).\(Name.place), \(Name.rows).\(Name.marks), ")
        for column in Set(conflict.key + conflict.changed).sorted() {
            writer.sql.append(table.column(column, of: "_apus_rows"))
            writer.append(" AS ")
            writer.append(identifier: Name.proposed(column))
            writer.append(", ")
        }
        writer.append(failureOf: isMerge ? judged : [])
        writer.append(" AS \(Name.failure) FROM \(Name.rows) JOIN ")
        writer.append(table.name, as: Alias.old)
        writer.append(" ON ")
        writer.append(
            table.columns(conflict.key, of: Alias.old),
            equal: table.columns(conflict.key, of: "_apus_rows"))
        let others: ProposedRow.Marks = [.isRepeated, .isNumbered]
        writer.append(" WHERE \(Name.rows).\(Name.marks) & \(others.rawValue) = 0")
        if isMerge {
            writer.append(" ORDER BY ")
            writer.append(list: table.columns(table.primaryKey.columns, of: Alias.old))
            writer.append(" FOR \(table.lock(changing: conflict.changed)) OF ")
            writer.append(identifier: Alias.old)
        }
    }

    /// What is refused, in the order in which it is told.
    private var refusals: [(inout ProgramWriter) -> Void] {
        var refusals: [(inout ProgramWriter) -> Void] = []
        if !program.checks.isEmpty {
            refusals.append { [program] writer in
                writer.sql.define(row: Alias.new) {
                    .column($0.name, of: "_apus_rows", type: $0.type)
                }
                writer.append(firstFailureOf: program.checks, in: Name.rows, as: "_apus_rows")
            }
        }
        let isMerge = program.conflict?.resolution == .merge
        if isMerge {
            refusals.append { writer in
                let mark = ProposedRow.Marks.isRepeated.rawValue
                writer.append("SELECT ")
                writer.append(.repeated)
                writer.append(" FROM \(Name.rows) WHERE \(Name.marks) & \(mark) <> 0 LIMIT 1")
            }
            refusals.append { writer in
                writer.append(.conflict) { $0.append(Name.there) }
            }
        }
        refusals.append { [program] writer in
            appendFaults(program.conflict, to: &writer)
        }
        return refusals
    }

    /// Refuses the first row with a fault of what would become of it: its place, negative for one
    /// that is there.
    private func appendFaults(
        _ conflict: InsertProgram.Conflict?, to writer: inout ProgramWriter
    ) {
        let new = ProposedRow.Marks.isFaulty.rawValue
        let there = ProposedRow.Marks.isFaultyUpdate.rawValue
        writer.append(.fault) { writer in
            guard let conflict else {
                return writer.append(
                    "(SELECT \(Name.place), CASE WHEN \(Name.marks) & \(new) <> 0"
                        + " THEN \(Name.place) END AS \(Name.failure)"
                        + " FROM \(Name.rows)) AS \(Name.some)")
            }
            let isThere = "\(Name.place) IN (SELECT \(Name.place) FROM \(Name.there))"
            let repeated = ProposedRow.Marks.isRepeated.rawValue
            let ofUpdate =
                conflict.resolution == .ignore
                ? "NULL" : "CASE WHEN \(Name.marks) & \(there) <> 0 THEN -\(Name.place) END"
            writer.append(
                "(SELECT \(Name.place), CASE WHEN \(Name.marks) & \(repeated) <> 0 THEN NULL"
                    + " WHEN \(isThere) THEN \(ofUpdate)"
                    + " WHEN \(Name.marks) & \(new) <> 0 THEN \(Name.place) END"
                    + " AS \(Name.failure) FROM \(Name.rows)"
                    + " WHERE \(Name.marks) & \(new | there) <> 0) AS \(Name.some)")
        }
    }

    // MARK: Writing

    private func appendInsertion(to writer: inout ProgramWriter) {
        writer.append("INSERT INTO ")
        writer.append(identifier: table.name)
        writer.append(" (")
        writer.append(places, of: table)
        writer.append(") SELECT ")
        writer.append(places, of: table)
        writer.append(" FROM \(Name.fresh) ORDER BY \(Name.place)")
        if let conflict = program.conflict { appendConflict(conflict, to: &writer) }
        writer.append(" RETURNING ")
        if answer.readsRows { writer.append(places, of: table) } else { writer.append("1") }
    }

    /// A key that was free when the statement began. A number that the store has given conflicts
    /// for good.
    private func appendConflict(
        _ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter
    ) {
        writer.append(" ON CONFLICT (")
        writer.append(conflict.key, of: table)
        writer.append(") DO UPDATE SET ")
        writer.append(conflict.key.prefix(1), of: table)
        writer.append(" = excluded.")
        writer.append(conflict.key.prefix(1), of: table)
        writer.append(" WHERE ")
        if let identity = table.identity?.column, conflict.key.contains(identity) {
            let number = "excluded." + quoted(identifier: table.columns[identity].name)
            let mark = ProposedRow.Marks.isNumbered.rawValue
            writer.append(
                "CASE WHEN EXISTS (SELECT 1 FROM \(Name.fresh) AS \(Name.some)"
                    + " WHERE \(Name.marks) & \(mark) <> 0 AND \(Name.some).")
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

    /// Writes the proposed values into the rows that are there.
    private func appendChange(
        _ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter
    ) {
        let key = conflict.key.map { column in
            ValueExpression.column(
                Name.proposed(column), of: "_apus_there", type: table.columns[column].type)
        }
        let isIt = zip(table.columns(conflict.key, of: Alias.old), key).map {
            ValueExpression.comparison(.equal, $0, $1)
        }
        let old = quoted(identifier: Alias.old) + "."
        let rows = "\(Name.there).\(Name.place)"
        if conflict.changed.isEmpty {
            writer.append("SELECT \(rows)")
            if answer.readsRows {
                writer.append(", ")
                writer.append(places, of: table, old)
            }
            writer.append(" FROM \(Name.there) JOIN ")
            writer.append(table.name, as: Alias.old)
            writer.append(" ON ")
            writer.append(all: isIt)
            writer.append(" WHERE ")
            return writer.appendPassed()
        }
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
                writer.append("\(Name.there).")
                writer.append(identifier: Name.proposed(column))
            }
        }
        writer.append(" FROM \(Name.there) WHERE ")
        writer.appendPassed()
        writer.append(" AND ")
        writer.append(all: isIt)
        writer.append(" RETURNING \(rows)")
        if answer.readsRows {
            writer.append(", ")
            writer.append(places, of: table, old)
        }
    }

    /// RETURNING cannot name the place of a new row, which its key tells.
    private func appendWritten(_ isMerge: Bool, to writer: inout ProgramWriter) {
        writer.append("SELECT coalesce(\(Name.fresh).\(Name.place), 0) AS \(Name.place), ")
        writer.append(places, of: table, "\(Name.inserted).")
        writer.append(" FROM \(Name.inserted) LEFT JOIN \(Name.fresh) ON ")
        let key = table.primaryKey.columns
        writer.append(
            table.columns(key, of: "_apus_inserted"), equal: table.columns(key, of: "_apus_fresh"))
        guard isMerge else { return }
        writer.append(" UNION ALL SELECT \(Name.place), ")
        writer.append(places, of: table)
        writer.append(" FROM \(Name.changed)")
    }
}

extension Table {
    /// How rows are locked that are about to be updated: rows that refer to them wait only where
    /// a key may change.
    func lock(changing columns: [Int]) -> String {
        let isKey = columns.contains { column in keys.contains { $0.columns.contains(column) } }
        return isKey ? "UPDATE" : "NO KEY UPDATE"
    }
}
