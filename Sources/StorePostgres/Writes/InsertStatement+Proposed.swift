import Store
import Values

extension InsertStatement {
    /// Whether a check looks at the number that the store gives.
    var checksReadNumber: Bool {
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

    /// The proposed rows in their order, and what is known of them.
    func appendProposed(_ isNumbered: Bool, to writer: inout ProgramWriter) {
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
        writer.append(") WITH ORDINALITY AS \(Name.subquery)(")
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
        let relation = PostgresDialect.literal(writer.dialect.table(table.name))
        let sequence =
            "SELECT pg_get_serial_sequence(\(relation), \(PostgresDialect.literal(column.name)))"
        writer.append("coalesce(\(name), nextval((\(sequence)::regclass))")
        writer.append("::\(column.type.typeName)) AS \(name)")
    }

    /// The rows to be inserted, numbered. Who may not create uses no number up, unless a rule looks
    /// at it.
    func appendFresh(_ isNumberedEarly: Bool, to writer: inout ProgramWriter) {
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
}
