import Store
import Values

extension ProgramWriter {
    /// The statement that finds the first of some rows, as they would be, that breaks a constraint.
    ///
    /// - Parameters:
    ///   - check: the condition of a check as the server writes it; without it any row will do.
    ///   - isDelete: whether the rows are deleted, and with them what they refer to one another.
    ///   - isItself: says of a unique key whether the row that has it (``Store/Alias/other``) is
    ///     the one that would be written; nil for new rows.
    ///   - images: selects the rows, with their places.
    mutating func append(
        firstBreaking constraint: BrokenConstraint, of table: Table, check: String? = nil,
        isDelete: Bool = false, isItself: Part? = nil, in images: Part
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
            append(existenceIn: dialect.table(reference.other), by: reference, of: table)
            if reference.other == table.name {
                append(" AND NOT ")
                append(existenceIn: Name.images, by: reference, of: table)
            }
        case .stillReferenced(let reference):
            let other = dialect.table(reference.other)
            append(existenceIn: other, by: reference, of: table) { writer in
                if isDelete, reference.other == table.name { writer.append(stayingRowOf: table) }
            }
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

    /// A row at the other end of a reference has the values of a row's columns.
    ///
    /// - Parameters:
    ///   - source: a table as statements name it, or a common table expression.
    ///   - also: writes `AND …`.
    private mutating func append(
        existenceIn source: String, by reference: Table.Reference, of table: Table,
        _ also: Part = { _ in }
    ) {
        append("EXISTS (SELECT 1 FROM ")
        append("\(source) AS ")
        append(identifier: Alias.other)
        append(" WHERE ")
        append(
            reference.otherColumns(of: Alias.other),
            equal: table.columns(reference.columns, of: Name.images))
        also(&self)
        append(")")
    }

    /// ` AND …`: the other row is none of those that are deleted.
    private mutating func append(stayingRowOf table: Table) {
        let key = table.primaryKey.columns
        append(" AND NOT EXISTS (SELECT 1 FROM \(Name.images) AS \(Name.subquery) WHERE ")
        append(
            table.columns(key, of: Name.subquery), equal: table.columns(key, of: Alias.other))
        append(")")
    }
}
