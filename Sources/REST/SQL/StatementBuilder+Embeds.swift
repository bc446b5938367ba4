import Database
import Schema

extension StatementBuilder {
    /// The value of an embed inside a row of `parent`: an object or null, or an array.
    mutating func append(_ embed: EmbedPlan, in parent: TablePlan) {
        let table = embed.table
        let layout = RowLayout(table.members.map { ($0.key, $0.type) })
        append(embed.link.isToOne ? "(SELECT " : "(SELECT apus_array(\"j\") FROM (SELECT ")
        append(object: layout) { index, builder in builder.append(table.members[index], of: table) }
        append(" AS \"j\"")
        appendSource(of: embed, in: parent)
        appendOrder(of: table)
        append(
            WindowPlan(
                limit: embed.link.isToOne ? WindowParameter(number: 1) : table.limit,
                offset: table.offset, rowsMax: rowsMax))
        append(embed.link.isToOne ? ")" : "))")
    }

    /// Whether a row of `parent` has a row of `embed`, after the embed's own filters, rules and
    /// inner embeds.
    mutating func appendExists(_ embed: EmbedPlan, in parent: TablePlan) {
        append("EXISTS (SELECT 1")
        appendSource(of: embed, in: parent)
        append(")")
    }

    /// One column of a to-one embed, null when there is no row: to order parents by.
    mutating func appendScalar(_ source: ColumnSource, of embed: EmbedPlan, in parent: TablePlan) {
        append("(SELECT ")
        append(source, of: embed.table)
        appendSource(of: embed, in: parent)
        append(" LIMIT 1)")
    }

    /// ` FROM … WHERE …`: the rows of `embed` that belong to a row of `parent` and may be seen.
    private mutating func appendSource(of embed: EmbedPlan, in parent: TablePlan) {
        let table = embed.table
        append(" FROM ")
        append(table: table.model.name, as: table.alias)
        guard let junction = embed.link.junction else {
            appendWhere(of: table)
            for (near, far) in zip(embed.link.near, embed.link.far) {
                append(" AND ")
                append(column: table.model.columns[far].name, of: table.alias)
                append(" = ")
                append(column: parent.model.columns[near].name, of: parent.alias)
            }
            return
        }
        append(" JOIN ")
        append(table: junction.model.name, as: junction.alias)
        appendWhere(of: table)
        for (far, column) in zip(embed.link.far, junction.farColumns) {
            append(" AND ")
            append(column: junction.model.columns[column].name, of: junction.alias)
            append(" = ")
            append(column: table.model.columns[far].name, of: table.alias)
        }
        for (near, column) in zip(embed.link.near, junction.nearColumns) {
            append(" AND ")
            append(column: junction.model.columns[column].name, of: junction.alias)
            append(" = ")
            append(column: parent.model.columns[near].name, of: parent.alias)
        }
        append(" AND ")
        append(junction.rule, of: junction.alias)
    }
}
