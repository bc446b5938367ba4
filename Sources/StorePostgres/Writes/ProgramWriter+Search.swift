import Store
import Values

extension ProgramWriter {
    /// The statement that finds the first of some rows, as they would be, that breaks a constraint.
    ///
    /// - Parameters:
    ///   - check: the condition of a check as the server writes it; without it any row will do.
    ///   - isItself: says of a unique key whether the row that has it (``Store/Alias/other``) is
    ///     the one that would be written; nil for new rows.
    ///   - images: selects the rows, with their places.
    mutating func append(
        firstBreaking constraint: BrokenConstraint, of table: Table, check: String? = nil,
        isItself: Part? = nil, in images: Part
    ) {
        expression(Name.images) { writer in
            writer.append("SELECT *")
            if case .unique(let key) = constraint { writer.appendTurn(among: key, of: table) }
            writer.append(" FROM (")
            images(&writer)
            writer.append(") AS \(Name.subquery)")
        }
        append(" SELECT ")
        append(table.columns.indices, of: table)
        append(" FROM \(Name.images) WHERE ")
        switch constraint {
        case .unique(let key): append(taking: key, of: table, isItself)
        case .notNull(let column):
            append([column], of: table)
            append(" IS NULL")
        case .check: append(check.map { "NOT coalesce(\($0), true)" } ?? "true")
        case .missingParent(let reference):
            append(all: table.columns(reference.columns, of: Name.images).map { .not(.isNull($0)) })
            append(" AND NOT ")
            append(existenceIn: reference, of: table)
        case .stillReferenced(let reference): append(existenceIn: reference, of: table)
        }
        append(" ORDER BY \(Name.place) LIMIT 1")
    }

    /// A row's key is that of a row before it, or of one that is there.
    private mutating func append(taking key: Table.Key, of table: Table, _ isItself: Part?) {
        let values = table.columns(key.columns, of: Name.images)
        append(all: values.map { .not(.isNull($0)) })
        append(" AND (\(Name.turn) > 1 OR EXISTS (SELECT 1 FROM ")
        append(table.name, as: Alias.other)
        append(" WHERE ")
        append(table.columns(key.columns, of: Alias.other), equal: values)
        if let isItself {
            append(" AND NOT coalesce(")
            isItself(&self)
            append(", false)")
        }
        append("))")
    }

    /// The number of a row among those with the same key, in their order.
    private mutating func appendTurn(among key: Table.Key, of table: Table) {
        append(", row_number() OVER (PARTITION BY ")
        append(list: table.columns(key.columns, of: Name.subquery))
        append(" ORDER BY \(Name.subquery).\(Name.place)) AS \(Name.turn)")
    }

    /// A row of the other table has the values of a row's columns.
    private mutating func append(existenceIn reference: Table.Reference, of table: Table) {
        append("EXISTS (SELECT 1 FROM ")
        append(reference.other, as: Alias.other)
        append(" WHERE ")
        append(
            reference.otherColumns(of: Alias.other),
            equal: table.columns(reference.columns, of: Name.images))
        append(")")
    }
}
