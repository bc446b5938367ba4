import Expressions
import Schema
import Store
import Values

/// One table of an answer: which rows of it and which members of each. Everything later stages need
/// stands here; they look nothing up in the catalogue.
struct TablePlan: Sendable {
    let model: Model
    /// The table's name inside the statement; unique in it.
    let alias: String
    var members: [Member] = []
    var embeds: [EmbedPlan] = []
    /// Which rows the caller may see.
    var rule: RowRule
    /// What the request asks of the rows; all must hold. A related table has the number of its
    /// embed.
    var filters: [ResolvedFilter] = []
    var order: [OrderKey] = []
    var limit: WindowParameter?
    var offset: WindowParameter?

    /// A member of the row's object.
    struct Member: Sendable {
        let key: String
        let type: ColumnType
        let source: Source
    }

    enum Source: Sendable {
        /// Rows for which the mask, if there is one, is not true show null in the column's place.
        case column(ResolvedField, mask: Predicate?)
        /// The embed with this index.
        case embed(Int)
        /// How many rows there are, in place of the rows.
        case rowCount
    }

    /// Whether its filters tell rows that are deleted softly from others.
    var looksForDeleted: Bool { filters.contains { $0.predicate.readsDeletedAt } }

    /// How many members the row has, with those of the rows in it.
    var memberCount: Int { embeds.reduce(members.count) { $0 + $1.table.memberCount } }

    /// The shape of the row's object.
    var layout: RowLayout { RowLayout(members.map { ($0.key, $0.type) }) }

    /// The table's name, if it is stored and neither a rule nor the request leaves any row of it
    /// out.
    var wholeTable: String? {
        guard case .everybody = rule, filters.isEmpty, !model.isView else { return nil }
        return embeds.contains { $0.isInner } ? nil : model.name
    }

    /// Whether one row with counts stands for all rows.
    var isCount: Bool {
        if case .rowCount? = members.first?.source { true } else { false }
    }
}

/// One key of the order of rows.
struct OrderKey: Sendable {
    /// The embed the column is of; nil for a column of the table itself.
    let embed: Int?
    let field: ResolvedField
    let descending: Bool
    let nullsFirst: Bool
    /// False when the column never holds null, so that an index in plain order serves.
    let mayBeNull: Bool
}
