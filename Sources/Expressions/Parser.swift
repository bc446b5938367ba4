import Query
import Values

/// Parses the rule language by recursive descent, one function for each rule of the grammar.
/// Precedence is PostgreSQL's (§4.1.6), loosest first:
///
///     expression   := conjunction ("or" conjunction)*
///     conjunction  := negation ("and" negation)*
///     negation     := "not" negation | test
///     test         := comparison ("is" ["not"] ("null" | "true" | "false" | "unknown"
///                                               | "distinct" "from" comparison))*
///     comparison   := range [("=" | "<>" | "!=" | "<" | "<=" | ">" | ">=") range]
///     range        := operation [["not"] ("in" "(" list ")" | "between" operation "and" operation
///                                         | ("like" | "ilike") operation)]
///     operation    := sum (("||" | "->" | "->>") sum)*
///     sum          := product (("+" | "-") product)*
///     product      := signed ("*" signed)*
///     signed       := ["+" | "-"] signed | cast
///     cast         := primary ("::" type)*
///     primary      := literal | name | call | choice | "(" ["select"] expression ")"
///     choice       := "case" [expression] ("when" expression "then" expression)+
///                     ["else" expression] "end"
///     call         := name "(" [list] ")" | "exists" "(" source ["where" expression] ")"
///                   | "can" "(" verb "," path ")" | "changed" "(" path ")"
///     source       := ["select" ("1" | "*") "from"] name [["as"] name]
struct Parser {
    private let tokens: [Token]
    private var index = 0
    private var depth = 0

    /// The whole of `text` as one expression.
    static func parse(_ text: String) throws(RuleFault) -> Syntax {
        var parser = Parser(tokens: try Lexer.tokens(of: text))
        if parser.current.kind == .end {
            throw RuleFault(message: "an expression is missing", offset: 0)
        }
        let syntax = try parser.expression()
        guard parser.current.kind == .end else { throw parser.unexpected("the end") }
        return syntax
    }

    private init(tokens: [Token]) { self.tokens = tokens }

    // MARK: Tokens

    var current: Token { tokens[index] }

    /// The token after the current one; the last one is its own successor.
    var following: Token { tokens[min(index + 1, tokens.count - 1)] }

    mutating func advance() { index = min(index + 1, tokens.count - 1) }

    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    static func isKeyword(_ word: String, _ token: Token) -> Bool {
        if case .name(let name) = token.kind { return name.lowercased() == word }
        return false
    }

    func isKeyword(_ word: String) -> Bool { Self.isKeyword(word, current) }

    mutating func accept(symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func accept(keyword: String) -> Bool {
        guard isKeyword(keyword) else { return false }
        advance()
        return true
    }

    mutating func expect(symbol: String) throws(RuleFault) {
        guard accept(symbol: symbol) else { throw unexpected("\"\(symbol)\"") }
    }

    mutating func expect(keyword: String) throws(RuleFault) {
        guard accept(keyword: keyword) else { throw unexpected("\"\(keyword)\"") }
    }

    func unexpected(_ wanted: String) -> RuleFault {
        if case .symbol(let symbol) = current.kind, ["/", "%"].contains(symbol) {
            return RuleFault(
                message: "division (\"\(symbol)\") is not part of the rule language",
                offset: current.offset)
        }
        return RuleFault(
            message: "\(wanted) expected, but here is \(current.spelling)", offset: current.offset)
    }

    /// Runs a rule of the grammar one level deeper.
    mutating func deeper(
        _ rule: (inout Parser) throws(RuleFault) -> Syntax
    ) throws(RuleFault) -> Syntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= ExpressionLimits.ruleDepthMax else {
            throw RuleFault(
                message: "nested deeper than \(ExpressionLimits.ruleDepthMax) levels",
                offset: current.offset)
        }
        return try rule(&self)
    }

    /// Refuses the link of a chain of operators that would make it too long.
    func limit(_ links: Int) throws(RuleFault) {
        guard links > ExpressionLimits.operatorChainMax else { return }
        throw RuleFault(
            message: "more than \(ExpressionLimits.operatorChainMax) operators in a chain",
            offset: current.offset)
    }

    // MARK: Logic

    mutating func expression() throws(RuleFault) -> Syntax {
        let offset = current.offset
        var operands = [try conjunction()]
        while accept(keyword: "or") { operands.append(try conjunction()) }
        return operands.count == 1 ? operands[0] : .any(operands, offset)
    }

    private mutating func conjunction() throws(RuleFault) -> Syntax {
        let offset = current.offset
        var operands = [try negation()]
        while accept(keyword: "and") { operands.append(try negation()) }
        return operands.count == 1 ? operands[0] : .all(operands, offset)
    }

    private mutating func negation() throws(RuleFault) -> Syntax {
        let offset = current.offset
        guard accept(keyword: "not") else { return try test() }
        let operand = try deeper { parser throws(RuleFault) in try parser.negation() }
        return .not(operand, offset)
    }

    private mutating func test() throws(RuleFault) -> Syntax {
        var operand = try comparison()
        var links = 0
        while isKeyword("is") {
            links += 1
            try limit(links)
            let offset = current.offset
            advance()
            let isNegated = accept(keyword: "not")
            let tested = try afterIs(operand, offset)
            operand = isNegated ? .not(tested, offset) : tested
        }
        return operand
    }

    private mutating func afterIs(_ operand: Syntax, _ offset: Int) throws(RuleFault) -> Syntax {
        if accept(keyword: "null") { return .isNull(operand, offset) }
        if accept(keyword: "true") { return .isTruth(operand, .isTrue, offset) }
        if accept(keyword: "false") { return .isTruth(operand, .isFalse, offset) }
        if accept(keyword: "unknown") { return .isTruth(operand, .isUnknown, offset) }
        if accept(keyword: "distinct") {
            try expect(keyword: "from")
            return .isDistinct(operand, try comparison(), offset)
        }
        throw unexpected("null, true, false, unknown or \"distinct from\"")
    }

    private mutating func comparison() throws(RuleFault) -> Syntax {
        let left = try range()
        guard let comparison = Self.comparison(current) else { return left }
        let offset = current.offset
        advance()
        let right = try range()
        if Self.comparison(current) != nil {
            if case .concatenation(_, _, let offset) = right {
                throw RuleFault(message: "|| joins texts: write \"or\"", offset: offset)
            }
            throw RuleFault(
                message: "comparisons do not chain: join two of them with \"and\"",
                offset: current.offset)
        }
        return .comparison(comparison, left, right, offset)
    }

    private static func comparison(_ token: Token) -> Comparison? {
        guard case .symbol(let symbol) = token.kind else { return nil }
        return switch symbol {
        case "=": .equal
        case "<>", "!=": .notEqual
        case "<": .less
        case "<=": .lessOrEqual
        case ">": .greater
        case ">=": .greaterOrEqual
        default: nil
        }
    }

    private mutating func range() throws(RuleFault) -> Syntax {
        let operand = try operation()
        let offset = current.offset
        let isNegated = isKeyword("not")
        let word = isNegated ? following : current
        guard ["in", "between", "like", "ilike"].contains(where: { Self.isKeyword($0, word) })
        else {
            return operand
        }
        if isNegated { advance() }
        let tested: Syntax
        if accept(keyword: "in") {
            try expect(symbol: "(")
            tested = .membership(operand, try list(), offset)
        } else if accept(keyword: "between") {
            let low = try operation()
            try expect(keyword: "and")
            tested = .between(operand, low, try operation(), offset)
        } else {
            let ignoresCase = isKeyword("ilike")
            advance()
            tested = .like(operand, try operation(), ignoresCase: ignoresCase, offset)
        }
        return isNegated ? .not(tested, offset) : tested
    }

    // MARK: Operators

    private mutating func operation() throws(RuleFault) -> Syntax {
        var left = try sum()
        var links = 0
        while case .symbol(let symbol) = current.kind {
            links += 1
            try limit(links)
            let offset = current.offset
            switch symbol {
            case "||":
                advance()
                left = .concatenation(left, try sum(), offset)
            case "->", "->>":
                advance()
                left = .member(left, try sum(), asText: symbol == "->>", offset)
            default: return left
            }
        }
        return left
    }

    private mutating func sum() throws(RuleFault) -> Syntax {
        try chain([.add, .subtract]) { parser throws(RuleFault) in try parser.product() }
    }

    private mutating func product() throws(RuleFault) -> Syntax {
        try chain([.multiply]) { parser throws(RuleFault) in try parser.signed() }
    }

    /// Operands that are joined from left to right.
    private mutating func chain(
        _ operations: [Arithmetic], _ operand: (inout Parser) throws(RuleFault) -> Syntax
    ) throws(RuleFault) -> Syntax {
        var left = try operand(&self)
        var links = 0
        while let operation = operations.first(where: { isSymbol($0.sign) }) {
            links += 1
            try limit(links)
            let offset = current.offset
            advance()
            left = .arithmetic(operation, left, try operand(&self), offset)
        }
        return left
    }

    /// A sign before anything but a number, which has its own.
    private mutating func signed() throws(RuleFault) -> Syntax {
        let offset = current.offset
        let isNegative = isSymbol("-")
        guard isNegative || isSymbol("+") else { return try cast() }
        if case .number = following.kind { return try cast() }
        advance()
        let operand = try deeper { parser throws(RuleFault) in try parser.signed() }
        return isNegative
            ? .arithmetic(.subtract, .number("0", offset), operand, offset) : operand
    }

    private mutating func cast() throws(RuleFault) -> Syntax {
        var operand = try primary()
        var links = 0
        while isSymbol("::") {
            links += 1
            try limit(links)
            let offset = current.offset
            advance()
            operand = .cast(operand, try typeName(), offset)
        }
        return operand
    }

    /// Expressions separated by commas, up to and with the closing parenthesis.
    mutating func list() throws(RuleFault) -> [Syntax] {
        var items: [Syntax] = []
        repeat {
            items.append(try deeper { parser throws(RuleFault) in try parser.expression() })
        } while accept(symbol: ",")
        try expect(symbol: ")")
        return items
    }
}
