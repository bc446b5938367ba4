import Expressions
import Query
import Schema
import Store
import Values

// Queries out of table plans. Every embed is a correlated subquery, so that a request is one
// statement; each level carries its own read rule, wherever it is used: shown, required by an inner
// join, tested for rows, or ordered by (a row the caller may not see takes part in nothing).

extension TablePlan {
    /// The rows of a root table as columns of the result, in the order of its members.
    func select(_ window: WindowPlan) -> SelectStatement {
        var select = select(rowsMax: window.rowsMax)
        select.limit = window.limitValue
        select.offset = window.offsetValue
        // PostgreSQL promises no order here, but clients that page without one count on a stable
        // one.
        if !isCount { select.defaultOrder = .identity(of: model.table) }
        return select
    }

    /// The rows that the caller may see and asks for, whatever the window.
    func select(rowsMax: Int) -> SelectStatement {
        SelectStatement(
            columns(rowsMax: rowsMax), from: [.init(model.table.rows, as: alias)],
            where: conditions(rule, rowsMax: rowsMax), order: orderKeys(rowsMax: rowsMax))
    }

    /// How many rows a root table has, whatever its window.
    func count(rowsMax: Int) -> SelectStatement {
        SelectStatement(
            [.init(.rowCount)], from: [.init(model.table.rows, as: alias)],
            where: conditions(rule, rowsMax: rowsMax))
    }

    /// How many of them lie in the window.
    func count(within window: WindowPlan) -> SelectStatement {
        let rows = SelectStatement(
            [], from: [.init(model.table.rows, as: alias)],
            where: conditions(rule, rowsMax: window.rowsMax), limit: window.limitValue,
            offset: window.offsetValue)
        return SelectStatement([.init(.rowCount)], from: [.init(.rows(rows), as: Alias.window)])
    }

    /// The members in their order.
    func columns(rowsMax: Int) -> [SelectStatement.Column] {
        if members.isEmpty { return [.init(.constant(.null, .text))] }
        return members.map { member in
            switch member.source {
            case .column(let field, let mask):
                let value = field.value(in: alias)
                guard let mask else { return .init(value) }
                return .init(.masked(by: mask.condition(on: alias), value))
            case .embed(let index):
                return .init(embeds[index].value(in: self, rowsMax: rowsMax))
            case .rowCount: return .init(.rowCount)
            }
        }
    }

    /// The rule first, then what the request asks.
    ///
    /// - Parameter rule: The part of the table's rule that its source does not keep already.
    func conditions(_ rule: RowRule, rowsMax: Int) -> [ValueExpression] {
        [rule.condition(on: alias)] + filterConditions(rowsMax: rowsMax)
            + embeds.filter(\.isInner).map { $0.existence(in: self, rowsMax: rowsMax) }
    }

    /// What the request's filters ask of a row.
    func filterConditions(rowsMax: Int) -> [ValueExpression] {
        filters.map { filter in
            var related: [Int: ValueExpression] = [:]
            for index in filter.relatedTables {
                related[index] = embeds[index].existence(in: self, rowsMax: rowsMax)
            }
            return filter.condition(on: alias, related: related)
        }
    }

    /// The order that the request asks for; none of the one row that counts all.
    func orderKeys(rowsMax: Int) -> [SelectStatement.OrderKey] {
        if isCount { return [] }
        return order.map { key in
            let value =
                key.embed.map { embeds[$0].value(of: key.field, in: self, rowsMax: rowsMax) }
                ?? key.field.value(in: alias)
            return .init(
                value, isDescending: key.descending,
                nullsFirst: key.mayBeNull ? key.nullsFirst : nil)
        }
    }
}

extension EmbedPlan {
    /// The value of the embed inside a row of `parent`: an object or null, or an array.
    func value(in parent: TablePlan, rowsMax: Int) -> ValueExpression {
        var select = source(in: parent, rowsMax: rowsMax)
        select.columns = table.columns(rowsMax: rowsMax)
        if link.isToOne { return .object(table.layout, select) }
        let window = WindowPlan(limit: table.limit, offset: table.offset, rowsMax: rowsMax)
        select.order = table.orderKeys(rowsMax: rowsMax)
        select.limit = window.limitValue
        select.offset = window.offsetValue
        return .array(table.layout, select)
    }

    /// Whether a row of `parent` has a row of the embed, after the embed's own filters, rules and
    /// inner embeds.
    func existence(in parent: TablePlan, rowsMax: Int) -> ValueExpression {
        .exists(source(in: parent, rowsMax: rowsMax))
    }

    /// One column of a to-one embed, null when there is no row: to order parents by.
    func value(of field: ResolvedField, in parent: TablePlan, rowsMax: Int) -> ValueExpression {
        var select = source(in: parent, rowsMax: rowsMax)
        select.columns = [.init(field.value(in: table.alias))]
        select.limit = .constant(.integer(1), .integer)
        return .scalar(select)
    }

    /// The rows of the embed that belong to a row of `parent` and may be seen.
    private func source(in parent: TablePlan, rowsMax: Int) -> SelectStatement {
        let (reference, rule) = table.rule.source(of: table.model)
        var select = SelectStatement(
            [], from: [.init(reference, as: table.alias)],
            where: table.conditions(rule, rowsMax: rowsMax))
        guard let junction = link.junction else {
            select.conditions += table.equal(link.far, parent.alias, parent.model, link.near)
            return select
        }
        let (linkReference, linkRule) = junction.rule.source(of: junction.model)
        select.sources.append(.init(linkReference, as: junction.alias))
        select.conditions += table.equal(
            link.far, junction.alias, junction.model, junction.farColumns)
        select.conditions += parent.equal(
            link.near, junction.alias, junction.model, junction.nearColumns)
        select.conditions.append(linkRule.condition(on: junction.alias))
        return select
    }
}

extension TablePlan {
    /// Columns that equal those of another row, pairwise.
    fileprivate func equal(
        _ columns: [Int], _ other: String, _ otherModel: Model, _ otherColumns: [Int]
    ) -> [ValueExpression] {
        zip(columns, otherColumns).map { column, otherColumn in
            .comparison(
                .equal, model.table.column(column, of: alias),
                otherModel.table.column(otherColumn, of: other))
        }
    }
}

extension RowRule {
    /// The rule as a condition on a row.
    ///
    /// - Parameter old: The row as it was, for update checks.
    func condition(on alias: String, old: String? = nil) -> ValueExpression {
        switch self {
        case .everybody: .yes
        case .nobody: .no
        case .matching(let predicate): predicate.condition(on: alias, old: old)
        }
    }

    /// The rows of a table below others that pass the rule, and the part of the rule that the user
    /// has to add. A rule that is the same wherever the table is used makes a view of it.
    fileprivate func source(
        of model: Model
    ) -> (SelectStatement.TableReference, remaining: RowRule) {
        guard case .matching(let predicate) = self, predicate.arguments.isEmpty else {
            return (model.table.rows, self)
        }
        let view = SelectStatement.View(
            Alias.visible(model.name), of: model.table.rows, columns: model.table.columns,
            as: Alias.seen, where: predicate.condition(on: Alias.seen))
        return (.view(view), .everybody)
    }
}

extension WindowPlan {
    /// The most rows, or the setting that bounds them.
    var limitValue: ValueExpression { Self.value(of: limit, max: rowsMax) }
    /// The rows left out before the first.
    var offsetValue: ValueExpression { Self.value(of: offset, max: QueryLimits.windowMax) }

    private static func value(of window: WindowParameter, max: Int) -> ValueExpression {
        .argument(
            .integer(Int64(min(window.number, max))), .integer,
            source: window.parameter.map { .operand(parameter: $0, .number(max: max)) })
    }
}
