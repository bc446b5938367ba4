import Store
import Values

/// Reads `CREATE TABLE` (sqlite.org/lang_createtable). The text comes from SQLite, which has
/// accepted it, so the parser need not judge it.
struct TableParser {
    private var tokens: ArraySlice<SQLToken>
    private var table: TableStructure
    /// The name that stands before the constraint which is read.
    private var constraintName: String?

    private static let columnConstraints: Set<String> = [
        "constraint", "primary", "not", "null", "unique", "check", "default", "collate",
        "references", "generated", "as",
    ]
    private static let tableConstraints: Set<String> = [
        "constraint", "primary", "unique", "check", "foreign",
    ]

    /// Nil when the statement is not a `CREATE TABLE` with columns.
    init?(_ statement: [SQLToken]) {
        var rest = statement[...]
        guard rest.popFirst()?.isWord("create") == true else { return nil }
        if rest.first?.isWord("temp") == true || rest.first?.isWord("temporary") == true {
            rest.removeFirst()
        }
        guard rest.popFirst()?.isWord("table") == true else { return nil }
        if rest.first?.isWord("if") == true { rest = rest.dropFirst(3) }
        guard var name = rest.popFirst() else { return nil }
        if rest.first?.isSymbol(".") == true, let second = rest.dropFirst().first {
            name = second
            rest = rest.dropFirst(2)
        }
        guard rest.first?.isSymbol("(") == true else { return nil }
        tokens = rest
        table = TableStructure(name: name.text)
        table.spelled = Spelling(name.spelled, foldsASCII: true)
    }

    mutating func parse() -> TableStructure {
        let body = takeGroup()
        table.options = Set(tokens.split { $0.isSymbol(",") }.map(Self.text))
        for item in body.items {
            tokens = item
            let first = item.first
            if first?.kind == .word, Self.tableConstraints.contains(first?.text ?? "") {
                parseTableConstraint()
            } else {
                parseColumn()
            }
        }
        normaliseKey()
        return table
    }

    // MARK: Columns

    private mutating func parseColumn() {
        guard let name = tokens.popFirst() else { return }
        var type: [SQLToken] = []
        while let token = tokens.first, !isColumnConstraint(token) {
            type.append(token)
            tokens.removeFirst()
        }
        var column = TableStructure.Column(name: name.text, type: Self.text(type[...]))
        column.spelled = Spelling(name.spelled, foldsASCII: true)
        while let word = tokens.popFirst() { parseColumnConstraint(word, &column) }
        table.columns.append(column)
    }

    private func isColumnConstraint(_ token: SQLToken) -> Bool {
        token.kind == .word && Self.columnConstraints.contains(token.text)
    }

    private mutating func parseColumnConstraint(
        _ word: SQLToken, _ column: inout TableStructure.Column
    ) {
        switch word.text {
        case "constraint":
            constraintName = tokens.popFirst()?.spelled
            return
        case "primary":
            table.primaryKey = [column.name]
            table.constraintNames.primaryKey = constraintName
            // AUTOINCREMENT, with which identity columns used to be made, makes no difference: the
            // server gives the numbers.
            while let token = tokens.first, !isColumnConstraint(token) { tokens.removeFirst() }
        case "not":
            column.isNotNull = true
            tokens = tokens.dropFirst()
        case "null": break
        case "unique": addUnique([column.name])
        case "check": addCheck(Self.condition(takeGroup()))
        case "default":
            let text = takeDefault()
            column.defaultValue = TableStructure.Default(text, Value(sqlLiteral: text))
        case "references": parseReference(columns: [column.name])
        case "generated", "as": column.computed = takeComputation()
        default: column.rest.append(takeRest(word))
        }
        constraintName = nil
    }

    private mutating func addUnique(_ columns: [String]) {
        table.uniques.insert(columns)
        table.constraintNames.uniques[columns] = constraintName
    }

    private mutating func addCheck(_ condition: TableStructure.Condition) {
        table.checks.insert(condition)
        table.constraintNames.checks[condition] = constraintName
    }

    /// A default: a literal, a signed number or a parenthesised expression.
    private mutating func takeDefault() -> String {
        if tokens.first?.isSymbol("(") == true { return Self.text(takeGroup().withoutParentheses) }
        var text = tokens.popFirst()?.meaning ?? ""
        if text == "-" || text == "+" {
            let number = tokens.popFirst()?.meaning ?? ""
            text = text == "-" ? "- " + number : number
        }
        return text
    }

    /// `ALWAYS AS`, where the word before says so, the expression, and where it is kept.
    private mutating func takeComputation() -> TableStructure.Computation {
        while let token = tokens.first, !token.isSymbol("(") { tokens.removeFirst() }
        let value = Self.condition(takeGroup())
        let isStored = tokens.first?.isWord("stored") == true
        if isStored || tokens.first?.isWord("virtual") == true { tokens.removeFirst() }
        return TableStructure.Computation(value, isStored: isStored)
    }

    private mutating func takeRest(_ word: SQLToken) -> String {
        var taken = [word]
        while let token = tokens.first, !isColumnConstraint(token) {
            taken.append(token)
            tokens.removeFirst()
        }
        return Self.text(taken[...])
    }

    // MARK: Table constraints

    private mutating func parseTableConstraint() {
        constraintName = nil
        if tokens.first?.isWord("constraint") == true {
            constraintName = tokens.dropFirst().first?.spelled
            tokens = tokens.dropFirst(2)
        }
        guard let word = tokens.popFirst() else { return }
        switch word.text {
        case "primary":
            tokens = tokens.dropFirst()
            table.primaryKey = names(takeGroup())
            table.constraintNames.primaryKey = constraintName
        case "unique": addUnique(names(takeGroup()))
        case "check": addCheck(Self.condition(takeGroup()))
        case "foreign":
            tokens = tokens.dropFirst()
            let columns = names(takeGroup())
            tokens = tokens.dropFirst()
            parseReference(columns: columns)
        default: break
        }
    }

    private mutating func parseReference(columns: [String]) {
        let target = tokens.popFirst()?.text ?? ""
        let targets = tokens.first?.isSymbol("(") == true ? names(takeGroup()) : []
        var key = TableStructure.Key(columns: columns, target: target, targetColumns: targets)
        while let token = tokens.first {
            guard token.isWord("on") || token.isWord("match") || token.isWord("deferrable") else {
                break
            }
            var clause = [token]
            tokens.removeFirst()
            while let next = tokens.first,
                !["on", "match", "deferrable"].contains(next.text),
                !isClauseEnd(next, after: clause)
            {
                clause.append(next)
                tokens.removeFirst()
            }
            let text = Self.text(clause[...])
            // Of RESTRICT, which earlier migrations said, NO ACTION is made: `referenceOptions`.
            if text == "on delete restrict" || text == "on update no action" { continue }
            if text.hasPrefix("on delete ") {
                key.onDelete = String(text.dropFirst("on delete ".count))
            } else {
                key.rest.append(text)
            }
        }
        table.keys.insert(key)
        table.constraintNames.keys[key] = constraintName
    }

    /// Whether a column constraint starts here; the NULL of `SET NULL` is none.
    private func isClauseEnd(_ token: SQLToken, after clause: [SQLToken]) -> Bool {
        guard isColumnConstraint(token) else { return false }
        return clause.last?.isWord("set") != true
    }

    // MARK: Pieces

    /// The tokens between the parenthesis that stands first and its partner.
    private mutating func takeGroup() -> ArraySlice<SQLToken> {
        let start = tokens.startIndex + 1
        guard let end = tokens.endOfGroup else {
            defer { tokens = [] }
            return tokens.dropFirst()
        }
        defer { tokens = tokens[(end + 1)...] }
        return tokens[start..<max(start, end)]
    }

    /// SQLite makes key columns of STRICT tables NOT NULL, whether the text says so or not.
    private mutating func normaliseKey() {
        for index in table.columns.indices
        where table.primaryKey.contains(table.columns[index].name) {
            table.columns[index].isNotNull = true
        }
    }

    private func names(_ group: ArraySlice<SQLToken>) -> [String] {
        group.items.map { $0.count == 1 ? $0[$0.startIndex].text : Self.text($0) }
    }

    static func text(_ tokens: ArraySlice<SQLToken>) -> String {
        tokens.map(\.meaning).joined(separator: " ")
    }

    /// The condition of an expression.
    static func condition(_ tokens: ArraySlice<SQLToken>) -> TableStructure.Condition {
        let inner = tokens.withoutParentheses
        return TableStructure.Condition(text(inner), names: names(in: inner))
    }

    /// The condition of an expression's text.
    static func condition(of text: String) -> TableStructure.Condition {
        condition(SQLLexer.tokens(of: text, .sqlite)[...])
    }

    /// The words of tokens, among which the names of columns are.
    static func names(in tokens: ArraySlice<SQLToken>) -> [String] {
        tokens.filter { $0.kind == .word || $0.kind == .quoted }.map(\.text)
    }
}

/// Reads `CREATE INDEX` (sqlite.org/lang_createindex).
enum IndexParser {
    static func parse(_ statement: [SQLToken]) -> IndexStructure? {
        var rest = statement[...]
        guard rest.popFirst()?.isWord("create") == true else { return nil }
        let isUnique = rest.first?.isWord("unique") == true
        if isUnique { rest.removeFirst() }
        guard rest.popFirst()?.isWord("index") == true else { return nil }
        if rest.first?.isWord("if") == true { rest = rest.dropFirst(3) }
        guard var name = rest.popFirst() else { return nil }
        if rest.first?.isSymbol(".") == true {
            rest.removeFirst()
            name = rest.popFirst() ?? name
        }
        rest = rest.dropFirst()
        guard let table = rest.popFirst()?.text, rest.first?.isSymbol("(") == true,
            let end = rest.endOfGroup
        else { return nil }
        let parts = rest[(rest.startIndex + 1)..<end].items.map { part in
            part.count > 1 && part.last?.isWord("asc") == true ? part.dropLast() : part
        }
        let tail = rest[(end + 1)...]
        let predicate =
            tail.first?.isWord("where") == true ? TableParser.condition(tail.dropFirst()) : nil
        var index = IndexStructure(
            name: name.text, table: table, isUnique: isUnique, parts: parts.map(part),
            predicate: predicate,
            names: parts.flatMap(TableParser.names) + (predicate?.names ?? []))
        index.spelled = Spelling(name.spelled, foldsASCII: true)
        return index
    }

    private static func part(_ tokens: ArraySlice<SQLToken>) -> IndexStructure.Part {
        let isDescending = tokens.count == 2 && tokens.last?.isWord("desc") == true
        guard let name = tokens.first, tokens.count == 1 || isDescending else {
            return IndexStructure.Part(TableParser.text(tokens))
        }
        return IndexStructure.Part(column: name.text, isDescending: isDescending)
    }
}
