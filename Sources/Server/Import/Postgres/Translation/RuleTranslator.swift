import Schema

/// Says expressions of PostgreSQL's in the rule language. Only what means the same is said: rows
/// for which the one is true are those for which the other is.
struct RuleTranslator {
    /// Where the expression stands.
    enum Place: Sendable {
        /// In a policy.
        case access
        /// In a check, or in the condition of an index.
        case row
        /// In a default.
        case value
    }

    /// A row that an expression may name.
    struct Row: Sendable {
        /// What it goes by in the source.
        let alias: String
        let table: SourceTable
        /// What it goes by in the rule.
        let name: String
    }

    let database: SourceDatabase
    let place: Place
    /// Those that can be named, the innermost last.
    var rows: [Row] = []
    /// Names of rows that are taken in the rule.
    var names: Set<String> = []
    /// Whether columns are written with their rows: inside of EXISTS.
    var isInner = false
    /// Whether a part that is null may as well be false.
    var isPositive = true
    /// Whether other tables are read as their owner, for whom no policy holds.
    var seesAll = false
    /// Who alone may ask, of those without the service key.
    var callers = TablePolicies.everybody
    /// Tables whose policies, and functions whose bodies, are being said.
    var open: [String] = []
    /// How much has been said: policies of tables that read one another may grow without end.
    static let charactersMax = 6_000

    init(_ database: SourceDatabase, _ place: Place, of table: SourceTable?) {
        self.database = database
        self.place = place
        if let table {
            rows = [Row(alias: table.name.name, table: table, name: table.name.name)]
            names = [table.name.name]
            open = [table.name.description]
        }
    }

    /// What a column is computed of, as an expression: null is no other value there.
    func value(_ source: SourceExpression) throws(Untranslated) -> RuleText {
        try strict.rule(source)
    }

    /// An expression as a rule.
    func rule(_ source: SourceExpression) throws(Untranslated) -> RuleText {
        guard let node = source.node else {
            throw Untranslated(source.fault ?? "it is not understood")
        }
        let text = try say(node)
        guard text.text.count <= Self.charactersMax else {
            throw Untranslated("it would be longer than \(Self.charactersMax) characters")
        }
        return text
    }

    /// The same where null is not as good as false.
    private var strict: RuleTranslator {
        var other = self
        other.isPositive = false
        return other
    }

    func say(_ node: SQLNode) throws(Untranslated) -> RuleText {
        switch node {
        case .name(let parts): return try column(parts)
        case .text(let text): return RuleText(text.asRuleText)
        case .number(let text): return RuleText(text)
        case .boolean(let truth): return truth ? .yes : .no
        case .null: return RuleText("null")
        case .parameter: throw Untranslated("a parameter stands for nothing here")
        case .cast(let inner, let type): return try cast(inner, to: type)
        case .call(let name, let list): return try call(name, list)
        case .not(let inner): return try negation(of: inner)
        case .negative(let inner): return try binary("-", .number("0"), inner)
        case .binary(let sign, let left, let right): return try binary(sign, left, right)
        case .test(let inner, let test, let isNegated):
            let text = try strict.say(inner).text(as: .comparison)
            return RuleText("\(text) is \(isNegated ? "not " : "")\(test.rawValue)", .test)
        case .isDistinct(let left, let right, let isNegated):
            if isFolded(left) || isFolded(right) {
                throw Untranslated("IS DISTINCT of citext or char(n) compares otherwise here")
            }
            let (a, b) = (
                try strict.say(left).text(as: .range), try strict.say(right).text(as: .range)
            )
            return RuleText("\(a) is \(isNegated ? "not " : "")distinct from \(b)", .test)
        case .inList(let subject, let list): return try membership(subject, list)
        case .inQuery(let subject, let query): return try membership(subject, query)
        case .between(let subject, let low, let high): return try between(subject, low, high)
        case .any(let sign, let subject, let list): return try any(sign, subject, list)
        case .all(let sign, let subject, let list): return try all(sign, subject, list)
        case .exists(let query): return try exists(query, and: .nothing)
        case .query(let query): return try value(of: query)
        case .array: throw Untranslated("an array stands where no rule can have one")
        case .element: throw Untranslated("elements of arrays are not part of the rule language")
        case .row: throw Untranslated("rows are not compared as a whole")
        case .choice(let subject, let arms, let otherwise):
            return try choice(subject, arms, otherwise)
        }
    }

    private func between(
        _ subject: SQLNode, _ low: SQLNode, _ high: SQLNode
    ) throws(Untranslated) -> RuleText {
        try requireOrder(subject)
        let texts = [
            try say(subject).text(as: .operation), try say(low).text(as: .operation),
            try say(high).text(as: .operation),
        ]
        return RuleText("\(texts[0]) between \(texts[1]) and \(texts[2])", .range)
    }

    private func negation(of node: SQLNode) throws(Untranslated) -> RuleText {
        if case .boolean(let truth) = node { return truth ? .no : .yes }
        let said = try strict.say(node)
        let least: RuleText.Binding = said.binding == .range ? .range : .primary
        return RuleText("not " + said.text(as: least), .negation)
    }

    // MARK: Names

    /// Begins what a row goes by in the rule, where that is meant and not its name in the source.
    static let mark = "\0"

    /// Where a column stands: the row, and the column of its table.
    func find(_ parts: [String]) -> (row: Row, column: SourceColumn)? {
        guard let name = parts.last else { return nil }
        for row in rows.reversed() {
            if parts.count > 1 {
                let given = parts[parts.count - 2]
                guard given == row.alias || given == Self.mark + row.name else { continue }
            }
            if let column = row.table.column(name) { return (row, column) }
        }
        return nil
    }

    private func column(_ parts: [String]) throws(Untranslated) -> RuleText {
        guard place != .value else { throw Untranslated("a default reads no column") }
        guard let (row, column) = find(parts) else {
            throw Untranslated("there is no column \(parts.joined(separator: "."))")
        }
        let name = ReservedNames.inRules(column.name)
        return RuleText(isInner ? "\(ReservedNames.inRules(row.name)).\(name)" : name)
    }

    /// What an expression's values are; nil for constants, which are what is asked of them.
    func kind(of node: SQLNode) -> SourceKind? {
        switch node {
        case .name(let parts): find(parts).map { database.kind(of: $0.column.type) }
        case .cast(_, let type): database.kind(of: type)
        case .binary("->>", _, _), .binary("||", _, _), .binary("#>>", _, _): .text
        case .binary("->", _, _), .binary("#>", _, _): .json
        case .call(let name, let list): kind(ofCall: name.joined(separator: "."), list)
        case .query(let query):
            query.sources.isEmpty ? (query.columns.first ?? nil).flatMap { kind(of: $0) } : nil
        case .text, .number, .null, .parameter: nil
        case .boolean, .not, .test, .isDistinct, .inList, .inQuery, .between, .any, .all, .exists:
            .truth
        case .negative: .number
        case .binary("+", let left, let right), .binary("-", let left, let right),
            .binary("*", let left, let right):
            kind(ofSumOf: left, right)
        case .choice(_, let arms, let otherwise):
            (arms.map(\.then) + [otherwise].compactMap(\.self)).lazy
                .compactMap { kind(of: $0) }.first
        case .binary, .array, .element, .row: .other
        }
    }

    private func kind(ofSumOf left: SQLNode, _ right: SQLNode) -> SourceKind {
        let kinds = [kind(of: left), kind(of: right)]
        if kinds.contains(.number) { return .number }
        return kinds.allSatisfy { $0 == .whole || $0 == nil } ? .whole : .other
    }

    private func kind(ofCall name: String, _ list: [SQLNode]) -> SourceKind? {
        switch name {
        case "auth.uid", "gen_random_uuid": .uuid
        case "auth.jwt", "current_setting": .json
        case "auth.role", "auth.email", "lower", "upper", "btrim", "trim", "current_user": .text
        case "now", "current_timestamp": .moment
        case "length", "char_length": .whole
        case "abs", "round": list.first.flatMap { kind(of: $0) } ?? .number
        case "coalesce", "nullif", "greatest", "least":
            list.lazy.compactMap { kind(of: $0) }.first
        default: .other
        }
    }

    // MARK: Casts

    private func cast(_ inner: SQLNode, to type: SQLType) throws(Untranslated) -> RuleText {
        let target = database.kind(of: type)
        if case .text(let text) = inner { return try constant(text, of: type, target) }
        if case .number(let text) = inner, target == .whole || target == .number {
            return RuleText(text)
        }
        if inner == .null { return RuleText("null") }
        let source = kind(of: inner)
        try requireWhole(inner, source, to: type, target)
        let said = try say(inner)
        if source == target || source == .enumeration && target == .text
            || source == nil && target == .text
            || Set([.text, .caseless]).isSuperset(of: [source, target])
            || Set([.whole, .number]).isSuperset(of: [source, target])
        {
            return said
        }
        let name: String
        switch target {
        case .text: name = "text"
        case .uuid: name = "uuid"
        case .truth: name = "boolean"
        case .date: name = "date"
        case .moment: name = "timestamptz"
        case .time: name = "time"
        case .json: name = "jsonb"
        case .whole, .number, .caseless, .enumeration, .bytes, .other:
            throw Untranslated("the rule language has no cast to \(type.text)")
        }
        return RuleText("\(said.text(as: .cast))::\(name)", .cast)
    }

    /// A cast that rounds or cuts off is more than another name for the value.
    private func requireWhole(
        _ inner: SQLNode, _ source: SourceKind?, to type: SQLType, _ target: SourceKind
    ) throws(Untranslated) {
        let isPadded = database.resolved(type).name == "char"
        let isCut = !database.resolved(type).arguments.isEmpty || isPadded
        if isCut || target == .whole && source != .whole {
            throw Untranslated("the rule language has no cast to \(type.text)")
        }
    }

    /// Whether values of it are compared by other than their characters.
    func isFolded(_ node: SQLNode) -> Bool { kind(of: node) == .caseless || isPadded(node) }

    /// Whether it is of char(n), where blanks behind a text count for nothing.
    func isPadded(_ node: SQLNode) -> Bool {
        if case .name(let parts) = node {
            return find(parts).map { database.resolved($0.column.type).name == "char" } ?? false
        }
        guard case .cast(let inner, let type) = node else { return false }
        return database.resolved(type).name == "char" || isPadded(inner)
    }

    /// A constant in quotes of a type.
    private func constant(
        _ text: String, of type: SQLType, _ kind: SourceKind
    ) throws(Untranslated) -> RuleText {
        switch kind {
        case .whole, .number:
            guard Double(text) != nil else { throw Untranslated("'\(text)' is no number") }
            return RuleText(text)
        case .truth: return ["t", "true", "on", "yes", "1"].contains(text) ? .yes : .no
        case .json: return RuleText("\(text.asRuleText)::jsonb", .cast)
        case .text, .enumeration, .uuid, .moment, .date, .time, .bytes, .caseless:
            return RuleText(text.asRuleText)
        case .other: throw Untranslated("values of \(type.text) are not part of rules")
        }
    }

    /// Enumerations have an order of their own, which texts do not have.
    func requireOrder(_ nodes: SQLNode...) throws(Untranslated) {
        if nodes.contains(where: { kind(of: $0) == .enumeration }) {
            throw Untranslated("the order of an enumeration is that of its text here")
        }
    }
}
