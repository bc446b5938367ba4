// Expressions by precedence climbing (manual, "Operator Precedence"), loosest first: OR, AND, NOT,
// IS, comparisons, BETWEEN/IN/LIKE, other operators, + -, * / %, ^, AT TIME ZONE, signs, [ ], ::.
extension TokenCursor {
    /// An expression.
    mutating func expression() throws(ScriptFault) -> SQLNode {
        try deeper { (cursor) throws(ScriptFault) in try cursor.disjunction() }
    }

    private mutating func disjunction() throws(ScriptFault) -> SQLNode {
        var left = try conjunction()
        while accept("or") { left = .binary("or", left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(ScriptFault) -> SQLNode {
        var left = try negation()
        while accept("and") { left = .binary("and", left, try negation()) }
        return left
    }

    private mutating func negation() throws(ScriptFault) -> SQLNode {
        guard accept("not") else { return try tested() }
        return .not(try deeper { (cursor) throws(ScriptFault) in try cursor.negation() })
    }

    private mutating func tested() throws(ScriptFault) -> SQLNode {
        var left = try comparison()
        while true {
            if accept("isnull") {
                left = .test(left, .null, isNegated: false)
            } else if accept("notnull") {
                left = .test(left, .null, isNegated: true)
            } else if accept("is") {
                let isNegated = accept("not")
                if accept("distinct", "from") {
                    left = .isDistinct(left, try comparison(), isNegated: isNegated)
                } else if case .word(let word) = current.kind,
                    let test = SQLNode.Test(rawValue: word)
                {
                    advance()
                    left = .test(left, test, isNegated: isNegated)
                } else {
                    throw unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM")
                }
            } else {
                return left
            }
        }
    }

    private mutating func comparison() throws(ScriptFault) -> SQLNode {
        var left = try range()
        while case .symbol(let sign) = current.kind,
            ["=", "<>", "!=", "<", "<=", ">", ">="].contains(sign)
        {
            advance()
            left = try compared(left, sign == "!=" ? "<>" : sign)
        }
        return left
    }

    /// What is behind an operator: another operand, or ANY and ALL of several.
    private mutating func compared(
        _ left: SQLNode, _ sign: String
    ) throws(ScriptFault) -> SQLNode {
        let isAll = current.isWord("all")
        guard isAll || current.isWord("any") || current.isWord("some"), ahead(1).isSymbol("(")
        else {
            return .binary(sign, left, try range())
        }
        advance(2)
        let other: SQLNode =
            if startsQuery { .query(try query()) } else { try expression() }
        try expect(symbol: ")")
        if case .query(let query) = other, sign == "=", !isAll { return .inQuery(left, query) }
        return isAll ? .all(sign, left, other) : .any(sign, left, other)
    }

    var startsQuery: Bool { current.isWord("select") || current.isWord("with") }

    private mutating func range() throws(ScriptFault) -> SQLNode {
        let left = try operation(0)
        let isNegated =
            current.isWord("not")
            && ["in", "between", "like", "ilike", "similar"].contains(where: ahead(1).isWord)
        if isNegated { advance() }
        var found = left
        if accept("in") {
            try expect(symbol: "(")
            found = startsQuery ? .inQuery(left, try query()) : .inList(left, try list())
            try expect(symbol: ")")
        } else if accept("between") {
            _ = accept("symmetric")
            let low = try operation(0)
            try expect("and")
            found = .between(left, low, try operation(0))
        } else if accept("like") {
            found = .binary("like", left, try operation(0))
        } else if accept("ilike") {
            found = .binary("ilike", left, try operation(0))
        } else if accept("similar", "to") {
            found = .binary("similar to", left, try operation(0))
        }
        return isNegated ? .not(found) : found
    }

    /// Expressions between commas.
    mutating func list() throws(ScriptFault) -> [SQLNode] {
        var nodes: [SQLNode] = []
        if current.isSymbol(")") || current.isSymbol("]") { return [] }
        repeat { nodes.append(try expression()) } while accept(symbol: ",")
        return nodes
    }

    // MARK: Operators

    /// How tightly an operator binds: the more the higher; nil where it is none of these.
    private func power(_ token: ScriptToken) -> (sign: String, power: Int)? {
        guard case .symbol(let sign) = token.kind else {
            return token.isWord("operator") ? ("operator", 1) : nil
        }
        switch sign {
        case "=", "<>", "!=", "<", "<=", ">", ">=", "(", ")", ",", ";", "[", "]", ".", ":", "::",
            ":=", "$":
            return nil
        case "+", "-": return (sign, 2)
        case "*", "/", "%": return (sign, 3)
        case "^": return (sign, 4)
        default: return (sign, 1)
        }
    }

    private mutating func operation(_ least: Int) throws(ScriptFault) -> SQLNode {
        var left = try zoned()
        while let (found, power) = power(current), power > least {
            var sign = found
            advance()
            if sign == "operator" {
                try expect(symbol: "(")
                while case .word = current.kind, ahead(1).isSymbol(".") { advance(2) }
                guard case .symbol(let inner) = current.kind else {
                    throw unexpected("an operator")
                }
                sign = inner
                advance()
                try expect(symbol: ")")
            }
            let right = try deeper { (cursor) throws(ScriptFault) in
                try cursor.isAnyOrAll
                    ? cursor.compared(left, sign)
                    : .binary(
                        sign, left, cursor.operation(power))
            }
            left = right
        }
        return left
    }

    private var isAnyOrAll: Bool {
        ["any", "some", "all"].contains(where: current.isWord) && ahead(1).isSymbol("(")
    }

    private mutating func zoned() throws(ScriptFault) -> SQLNode {
        var node = try signed()
        while accept("at", "time", "zone") {
            node = .call(["timezone"], [try signed(), node])
        }
        if accept("collate") { _ = try path() }
        return node
    }

    private mutating func signed() throws(ScriptFault) -> SQLNode {
        if accept(symbol: "+") { return try signed() }
        guard accept(symbol: "-") else { return try suffixed() }
        let node = try deeper { (cursor) throws(ScriptFault) in try cursor.signed() }
        if case .number(let digits) = node { return .number("-" + digits) }
        return .negative(node)
    }

    private mutating func suffixed() throws(ScriptFault) -> SQLNode {
        var node = try primary()
        while true {
            if accept(symbol: "::") {
                node = .cast(node, try type())
            } else if current.isSymbol("[") {
                advance()
                node = .element(node, try expression())
                try expect(symbol: "]")
            } else if current.isSymbol("."), ahead(1).identifier != nil {
                // A member of a row in parentheses.
                advance()
                node = .call(["."], [node, .name([try identifier()])])
            } else {
                return node
            }
        }
    }
}
