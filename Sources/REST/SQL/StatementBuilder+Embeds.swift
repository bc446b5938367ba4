import Expressions
import Schema

extension StatementBuilder {
    /// The value of an embed inside a row of `parent`: an object or null, or an array.
    ///
    /// The members of an array's objects are columns of a subquery of their own, and not arguments
    /// of the function there: SQLite's parser has a stack of 100 entries, of which a level of
    /// embeds so takes 10 and not 15.
    mutating func append(_ embed: EmbedPlan, in parent: TablePlan) {
        let table = embed.table
        if embed.link.isToOne {
            append("(SELECT ")
            append(object: table.layout) { index, builder in
                builder.append(table.members[index], of: table)
            }
            appendSource(of: embed, in: parent)
            append(" LIMIT 1)")
            return
        }
        append("(SELECT apus_array(")
        append(object: table.layout) { index, builder in
            builder.append(identifier: Alias.member(index))
        }
        append(") FROM (SELECT ")
        for (index, member) in table.members.enumerated() {
            if index > 0 { append(", ") }
            append(member, of: table)
            append(" AS ")
            append(identifier: Alias.member(index))
        }
        appendSource(of: embed, in: parent)
        appendOrder(of: table)
        append(WindowPlan(limit: table.limit, offset: table.offset, rowsMax: rowsMax))
        append("))")
    }

    /// Whether a row of `parent` has a row of `embed`, after the embed's own filters, rules and
    /// inner embeds.
    mutating func appendExists(_ embed: EmbedPlan, in parent: TablePlan) {
        append("EXISTS (SELECT 1")
        appendSource(of: embed, in: parent)
        append(")")
    }

    /// One column of a to-one embed, null when there is no row: to order parents by.
    mutating func appendScalar(_ field: ResolvedField, of embed: EmbedPlan, in parent: TablePlan) {
        append("(SELECT ")
        append(field, of: embed.table.alias)
        appendSource(of: embed, in: parent)
        append(" LIMIT 1)")
    }

    /// ` FROM … WHERE …`: the rows of `embed` that belong to a row of `parent` and may be seen.
    private mutating func appendSource(of embed: EmbedPlan, in parent: TablePlan) {
        let table = embed.table
        append(" FROM ")
        let rule = appendVisible(table.model, table.rule, as: table.alias)
        guard let junction = embed.link.junction else {
            appendWhere(of: table, rule: rule)
            append(" AND ")
            appendEquals(table.columns(embed.link.far), parent.columns(embed.link.near))
            return
        }
        append(" JOIN ")
        let linkRule = appendVisible(junction.model, junction.rule, as: junction.alias)
        appendWhere(of: table, rule: rule)
        append(" AND ")
        appendEquals(
            RowColumns(junction.model, junction.alias, junction.farColumns),
            table.columns(embed.link.far))
        append(" AND ")
        appendEquals(
            RowColumns(junction.model, junction.alias, junction.nearColumns),
            parent.columns(embed.link.near))
        append(" AND ")
        append(linkRule, of: junction.alias)
    }

    /// The rows of a table below others: those that pass its read rule.
    ///
    /// The rule stands in a common table expression at the head of the statement and not where it
    /// is used, since down there SQLite's parser has little of its stack left. SQLite puts the
    /// expression back into its users (NOT MATERIALIZED), so indexes serve as if it stood there.
    ///
    /// - Returns: The rule that the user has to add.
    private mutating func appendVisible(_ model: Model, _ rule: RowRule, as alias: String)
        -> RowRule
    {
        guard case .matching(let predicate) = rule, predicate.arguments.isEmpty else {
            append(table: model.name, as: alias)
            return rule
        }
        let view = Alias.visible(model.name)
        define(view) { builder in
            builder.append("SELECT * FROM ")
            builder.append(table: model.name, as: Alias.seen)
            builder.append(" WHERE ")
            builder.append(predicate, row: Alias.seen)
        }
        append(table: view, as: alias)
        return .everybody
    }
}

extension TablePlan {
    fileprivate func columns(_ columns: [Int]) -> RowColumns { RowColumns(model, alias, columns) }
}
