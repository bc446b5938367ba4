import Schema

// Queries over other rows.
extension RuleTranslator {
    /// What else is to hold of the rows of a query.
    enum Demand {
        case nothing
        /// What is read of them is true.
        case truth(SQLNode)
        /// What is read of them compares so with something said outside.
        case comparison(SQLNode, sign: String, with: RuleText, isFirst: Bool)

        fileprivate var isNothing: Bool { if case .nothing = self { true } else { false } }
    }

    /// `exists(…)` of a query, one inside of another where it joins several tables.
    func exists(
        _ query: SQLQuery, and more: Demand
    ) throws(Untranslated) -> RuleText {
        guard place == .access else { throw Untranslated("it reads rows of other tables") }
        if let excess = query.excess, excess != "LIMIT" || !more.isNothing {
            throw Untranslated("the query has \(excess)")
        }
        if query.columns.contains(where: { $0?.isAggregate == true }) {
            throw Untranslated("rows are not counted or added up in rules")
        }
        return try exists(query.sources[...], query, more)
    }

    private func conditions(
        _ query: SQLQuery, _ more: Demand
    ) throws(Untranslated) -> [RuleText] {
        var parts: [RuleText] = []
        for condition in query.conditions { parts.append(try say(condition)) }
        switch more {
        case .nothing: break
        case .truth(let node): parts.append(try say(node))
        case .comparison(let node, let sign, let theirs, let isFirst):
            if sign != "=", sign != "<>" { try requireOrder(node) }
            let mine = try say(node)
            let (a, b) = isFirst ? (mine, theirs) : (theirs, mine)
            parts.append(
                RuleText("\(a.text(as: .range)) \(sign) \(b.text(as: .range))", .comparison))
        }
        return parts
    }

    private func exists(
        _ sources: ArraySlice<SQLQuery.Source>, _ query: SQLQuery, _ more: Demand
    ) throws(Untranslated) -> RuleText {
        guard let source = sources.first else {
            return .joined(try conditions(query, more), by: "and")
        }
        let name = SourceName(source.table, in: "public")
        guard let table = database.table(name), !table.columns.isEmpty else {
            throw Untranslated("it reads \(name), which is no table of the source")
        }
        guard name.schema == rows.first?.table.name.schema ?? name.schema else {
            throw Untranslated("it reads \(name), which is no model here")
        }
        var inner = self
        let row = inner.enter(table, as: source.alias ?? name.name)
        inner.isInner = true
        inner.isPositive = true
        var parts: [RuleText] = []
        if !seesAll, let read = try inner.readable(row) { parts.append(read) }
        parts.append(try inner.exists(sources.dropFirst(), query, more))
        let condition = RuleText.joined(parts, by: "and")
        let target = row.name == table.name.name ? "" : " as \(row.name.inRules)"
        let tail = condition == .yes ? "" : " where \(condition.text)"
        return RuleText("exists(\(table.name.name.inRules)\(target)\(tail))")
    }

    /// Makes a row one that can be named.
    private mutating func enter(_ table: SourceTable, as alias: String) -> Row {
        var name = alias
        var number = 2
        while names.contains(name) {
            name = "\(alias)_\(number)"
            number += 1
        }
        names.insert(name)
        let row = Row(alias: alias, table: table, name: name)
        rows.append(row)
        return row
    }

    /// What lets the caller read a row of another table; nil where nothing is asked.
    ///
    /// In PostgreSQL the policies of a table hold inside of those of others, too, but here
    /// `exists` sees all rows.
    private func readable(_ row: Row) throws(Untranslated) -> RuleText? {
        let mark = row.table.name.description
        guard !open.contains(mark) else {
            if row.table.isSecured {
                throw Untranslated("the policies of \(mark) read \(mark): PostgreSQL refuses that")
            }
            return nil
        }
        var other = self
        other.open.append(mark)
        // Policies call it by its own name.
        other.rows = [Row(alias: row.table.name.name, table: row.table, name: row.name)]
        let policies = TablePolicies(row.table, database)
        let rule = try policies.wholeReadRule(by: other)
        return rule == .yes ? nil : rule
    }

    // MARK: Values of queries

    /// A query in parentheses: the expression that it is where it reads no table, and else a
    /// truth about the row that it finds.
    func value(of query: SQLQuery) throws(Untranslated) -> RuleText {
        guard query.columns.count == 1, let column = query.columns[0] else {
            throw Untranslated("a query gives more than one value")
        }
        if query.sources.isEmpty {
            guard query.conditions.isEmpty, query.excess == nil else {
                throw Untranslated("a query without a table has conditions")
            }
            return try say(column)
        }
        guard isPositive else {
            throw Untranslated("a query's value stands where null is not false")
        }
        guard findsOne(query) else {
            throw Untranslated("the query's value is that of its first row, and there may be more")
        }
        return try exists(query, and: .truth(column))
    }

    /// Whether a query of one table finds one row at the most: by its key, or another unique.
    private func findsOne(_ query: SQLQuery) -> Bool {
        guard query.sources.count == 1, let source = query.sources.first,
            let table = database.table(SourceName(source.table, in: "public"))
        else { return false }
        var named: Set<String> = []
        func look(_ node: SQLNode) {
            if case .binary("and", let a, let b) = node {
                look(a)
                look(b)
            } else if case .binary("=", let a, let b) = node {
                for case .name(let parts) in [a, b] { named.formUnion(parts.suffix(1)) }
            }
        }
        query.conditions.forEach(look)
        let keys = [table.primaryKey].compactMap(\.self) + table.uniques.map(\.columns)
            + table.indexes.filter { $0.isUnique && $0.condition == nil }.compactMap(\.columns)
        return keys.contains { named.isSuperset(of: $0) }
    }

    /// `(select c from …) = x`: there is a row for which that holds.
    func comparison(
        of query: SQLQuery, _ sign: String, _ other: SQLNode, isFirst: Bool
    ) throws(Untranslated) -> RuleText {
        guard isPositive else { throw Untranslated("a query is compared where null is not false") }
        guard query.columns.count == 1, let column = query.columns[0] else {
            throw Untranslated("a query gives more than one value")
        }
        var outer = self
        outer.isInner = true
        outer.isPositive = false
        return try exists(
            query,
            and: .comparison(column, sign: sign, with: try outer.say(other), isFirst: isFirst))
    }

    /// `x in (select c from …)`.
    func membership(_ subject: SQLNode, _ query: SQLQuery) throws(Untranslated) -> RuleText {
        if query.sources.isEmpty, query.columns.count == 1, let column = query.columns[0],
            case .call(["unnest"], _) = column
        {
            throw Untranslated("whether an array holds something is not part of rules")
        }
        if query.sources.isEmpty, query.columns.count == 1, let column = query.columns[0] {
            // A function that gives rows.
            if case .call(let name, let list) = column,
                let function = database.functions[SourceName(name, in: "public")],
                case .query(let body)? = function.expression
            {
                let bound = function.bound(.query(body), to: list)
                guard case .query(let rows) = bound else { throw Untranslated("a function") }
                var other = self
                other.seesAll = seesAll || function.runsAsOwner
                return try other.membership(subject, rows)
            }
            return try say(.binary("=", subject, column))
        }
        guard isPositive else {
            throw Untranslated("NOT IN of a query means something else where it gives null")
        }
        return try comparison(of: query, "=", subject, isFirst: false)
    }
}

extension SQLNode {
    /// Whether it is of many rows at once.
    fileprivate var isAggregate: Bool {
        guard case .call(let name, _) = self, let name = name.last else { return false }
        return [
            "count", "max", "min", "sum", "avg", "bool_or", "bool_and", "every", "array_agg",
            "string_agg", "json_agg", "jsonb_agg",
        ].contains(name)
    }
}

extension String {
    /// The name as rules write it.
    fileprivate var inRules: String { ReservedNames.inRules(self) }
}
