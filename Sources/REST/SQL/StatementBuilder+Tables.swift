import Database
import Expressions
import Schema

// SELECT statements out of table plans. Every embed is a correlated subquery, so that a request is
// one statement; each level carries its own read rule, wherever it is used: shown, required by an
// inner join, tested for rows, or ordered by (a row the caller may not see takes part in nothing).

extension StatementBuilder {
    /// The rows of a root table as columns of the result, in the order of its members.
    ///
    /// - Returns: The arguments that hold the window.
    mutating func appendRows(
        of table: TablePlan, window: WindowPlan
    ) -> WindowPlan.Arguments {
        appendSelect(of: table)
        append(" FROM ")
        append(table: table.model.name, as: table.alias)
        appendWhere(of: table, rule: table.rule)
        appendOrder(of: table)
        if table.order.isEmpty, !table.isCount {
            // PostgreSQL promises no order here, but clients that page without one count on a
            // stable one.
            append(" ORDER BY ")
            append(rowOf: table.alias)
        }
        return append(window)
    }

    /// `SELECT …`: the members in their order.
    mutating func appendSelect(of table: TablePlan) {
        append("SELECT ")
        if table.members.isEmpty { append("NULL") }
        for (index, member) in table.members.enumerated() {
            if index > 0 { append(", ") }
            append(member, of: table)
        }
    }

    /// How many rows a root table has, whatever its window.
    mutating func appendCount(of table: TablePlan) {
        append("SELECT count(*) FROM ")
        append(table: table.model.name, as: table.alias)
        appendWhere(of: table, rule: table.rule)
    }

    /// How many of them lie in the window.
    mutating func appendCount(of table: TablePlan, within window: WindowPlan) {
        append("SELECT count(*) FROM (SELECT 1 FROM ")
        append(table: table.model.name, as: table.alias)
        appendWhere(of: table, rule: table.rule)
        append(window)
        append(")")
    }

    mutating func append(_ member: TablePlan.Member, of table: TablePlan) {
        switch member.source {
        case .column(let field, let mask): append(field, mask: mask, of: table.alias)
        case .embed(let index): append(table.embeds[index], in: table)
        case .rowCount: append("count(*)")
        }
    }

    private mutating func append(_ field: ResolvedField, mask: Predicate?, of alias: String) {
        guard let mask else { return append(field, of: alias) }
        append("CASE WHEN ")
        append(mask, row: alias)
        append(" THEN ")
        append(field, of: alias)
        append(" END")
    }

    /// ` WHERE …`: the rule first, then what the request asks.
    ///
    /// - Parameter rule: The part of the table's rule that its source does not keep already.
    mutating func appendWhere(of table: TablePlan, rule: RowRule) {
        append(" WHERE ")
        append(rule, of: table.alias)
        for filter in table.filters {
            append(" AND ")
            append(filter, of: table)
        }
        for embed in table.embeds where embed.isInner {
            append(" AND ")
            appendExists(embed, in: table)
        }
    }

    mutating func append(_ rule: RowRule, of alias: String) {
        switch rule {
        case .everybody: append("1")
        case .nobody: append("0")
        case .matching(let predicate): append(predicate, row: alias)
        }
    }

    mutating func append(_ filter: ResolvedFilter, of table: TablePlan) {
        var related: [Int: SQL] = [:]
        for index in filter.relatedTables {
            related[index] = fragment { $0.appendExists(table.embeds[index], in: table) }
        }
        filter.appendSQL(to: &sql, row: table.alias, related: related)
    }

    mutating func appendOrder(of table: TablePlan) {
        for (index, key) in table.order.enumerated() {
            append(index == 0 ? " ORDER BY " : ", ")
            if let embed = key.embed {
                appendScalar(key.field, of: table.embeds[embed], in: table)
            } else {
                append(key.field, of: table.alias)
            }
            if key.descending { append(" DESC") }
            if key.mayBeNull { append(key.nullsFirst ? " NULLS FIRST" : " NULLS LAST") }
        }
    }
}
