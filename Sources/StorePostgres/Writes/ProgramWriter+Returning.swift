import PostgresWire
import Store
import Synchronization
import Values

// What comes back of a write, by the same statement: how many rows there are, and the rows as they
// are read. All parts of a statement see the tables as they were before it: an embed of the written
// table, or of one that a cascade or trigger has changed, shows its rows as they were. That is so
// with PostgREST, which answers in the same way, and with the rules of row level security.

/// What a program tells of its rows. An object: every run of the program reads by it.
final class ProgramAnswer: Sendable {
    let returning: Returning
    /// Which new row's primary key is told.
    let key: (table: Table, rule: ValueExpression)?
    /// The types of the key's columns.
    let keyTypes: [ColumnType]
    private let told = Mutex<DatabaseError?>(nil)

    init(_ returning: Returning, key: (table: Table, rule: ValueExpression)?) {
        self.returning = returning
        self.key = key
        keyTypes =
            key.map { key in key.table.primaryKey.columns.map { key.table.columns[$0].type } } ?? []
    }

    /// Whether the columns of the rows are needed.
    var readsRows: Bool { returning.representation != nil || key != nil }

    /// What was wrong with the columns when the server last told them, which it does when it has
    /// parsed the statement.
    var fault: DatabaseError? { told.withLock { $0 } }

    /// Takes the columns as the server tells them, behind the two counts.
    func take(_ columns: [ResultColumn]) {
        var members: [(key: String, type: ColumnType)] = keyTypes.map { ("key", $0) }
        if let representation = returning.representation {
            members += [("row", .boolean)] + representation.layout.members
        }
        let fault = RowLayout(members).fault(in: Array(columns.dropFirst(2)))
        told.withLock { $0 = fault }
    }
}

extension ProgramWriter {
    /// The expression with the counts, which refuses a number of rows, and the query.
    ///
    /// - Parameters:
    ///   - affected: counts all rows.
    ///   - inserted: counts the new ones.
    mutating func append(_ answer: ProgramAnswer, affected: String, inserted: String) {
        let returning = answer.returning
        expression(Name.counts) { writer in
            writer.append("SELECT * FROM (SELECT \(affected) AS \(Name.affected), ")
            writer.append("\(inserted) AS \(Name.new)) AS \(Name.subquery) WHERE CASE")
            if let rowsMax = returning.rowsMax {
                writer.append(" WHEN \(Name.affected) > \(rowsMax) THEN ")
                writer.append(.tooMany, Name.affected)
            }
            if returning.isSingular {
                writer.append(" WHEN \(Name.affected) <> 1 THEN ")
                writer.append(.notSingular, Name.affected)
            }
            // That all are counted means that all are written, before one of them is looked at.
            writer.append(" WHEN \(Name.affected) < 0 THEN false")
            if let representation = returning.representation, let rule = representation.rule {
                writer.append(" WHEN ")
                writer.append(existenceOfHidden: rule, as: representation.alias, in: Name.written)
                writer.append(" THEN ")
                writer.append(.invisible)
            }
            writer.append(" ELSE true END")
        }
        append(" SELECT \(Name.counts).\(Name.affected), \(Name.counts).\(Name.new)")
        if let (table, rule) = answer.key { append(keyOf: table, where: rule) }
        appendRows(of: returning.representation)
    }

    /// `EXISTS (…)`: a row that does not fulfil a rule.
    mutating func append(
        existenceOfHidden rule: ValueExpression, as alias: String, in rows: String
    ) {
        append("EXISTS (SELECT 1 FROM \(rows) AS ")
        append(identifier: alias)
        append(" WHERE NOT coalesce(")
        sql.append(rule)
        append(", false))")
    }

    private mutating func append(keyOf table: Table, where rule: ValueExpression) {
        for column in table.primaryKey.columns {
            append(", (SELECT ")
            sql.append(table.column(column, of: Alias.old))
            append(" FROM \(Name.written) AS ")
            append(identifier: Alias.old)
            append(" WHERE ")
            sql.append(rule)
            append(" LIMIT 1)")
        }
    }

    /// The counts are in every row, and in one that is none where there are no rows.
    private mutating func appendRows(of representation: Returning.Representation?) {
        guard let representation else { return append(" FROM \(Name.counts)") }
        let select = representation.select
        let alias = quoted(identifier: representation.alias)
        append(", \(alias).\(Name.place) IS NOT NULL")
        for column in select.columns {
            append(", ")
            sql.append(column.value)
        }
        append(" FROM \(Name.counts) LEFT JOIN \(Name.written) AS \(alias) ON ")
        append(all: select.conditions.filter { $0 != .yes })
        if select.order.isEmpty {
            append(" ORDER BY \(alias).\(Name.place)")
        } else {
            sql.appendTail(of: SelectStatement([], from: [], order: select.order))
        }
    }
}
