extension TokenCursor {
    /// What has no operator: a constant, a name, a call, something in parentheses.
    mutating func primary() throws(ScriptFault) -> SQLNode {
        let token = current
        switch token.kind {
        case .text(let text):
            advance()
            return .text(text)
        case .number(let text):
            advance()
            return .number(text)
        case .parameter(let number):
            advance()
            return .parameter(number)
        case .symbol("("): return try parenthesised()
        case .symbol("*"):
            advance()
            return .name(["*"])
        case .word(let word): return try word == "not" ? expression() : worded(word)
        case .name: return try nameOrCall()
        case .symbol, .end: throw unexpected("an expression")
        }
    }

    private mutating func parenthesised() throws(ScriptFault) -> SQLNode {
        advance()
        if startsQuery {
            let query = try query()
            try expect(symbol: ")")
            return .query(query)
        }
        let nodes = try list()
        try expect(symbol: ")")
        return nodes.count == 1 ? nodes[0] : .row(nodes)
    }

    private mutating func worded(_ word: String) throws(ScriptFault) -> SQLNode {
        switch word {
        case "true", "false":
            advance()
            return .boolean(word == "true")
        case "null":
            advance()
            return .null
        case "exists" where ahead(1).isSymbol("("): return try exists()
        case "array" where ahead(1).isSymbol("["):
            advance()
            return try array()
        case "array" where ahead(1).isSymbol("("):
            throw unexpected("an array of constants")
        case "case": return try choice()
        case "cast" where ahead(1).isSymbol("("): return try cast()
        case "row" where ahead(1).isSymbol("("):
            advance(2)
            let nodes = try list()
            try expect(symbol: ")")
            return .row(nodes)
        case "current_timestamp", "localtimestamp", "current_date", "current_time", "current_user",
            "session_user", "user", "current_role", "localtime":
            advance()
            skipParentheses()
            return .call([word], [])
        case "extract", "overlay", "position", "substring", "trim":
            return try spokenCall(word)
        case "interval", "date", "timestamp", "timestamptz", "time":
            if case .text(let text) = ahead(1).kind {
                advance(2)
                return .cast(.text(text), SQLType(name: word))
            }
            return try nameOrCall()
        default: return try nameOrCall()
        }
    }

    private mutating func cast() throws(ScriptFault) -> SQLNode {
        advance(2)
        let node = try expression()
        try expect("as")
        let type = try type()
        try expect(symbol: ")")
        return .cast(node, type)
    }

    private mutating func exists() throws(ScriptFault) -> SQLNode {
        advance(2)
        let query = try query()
        try expect(symbol: ")")
        return .exists(query)
    }

    /// A call whose arguments stand between words: only one with commas is understood.
    private mutating func spokenCall(_ word: String) throws(ScriptFault) -> SQLNode {
        guard ahead(1).isSymbol("(") else { return try nameOrCall() }
        let start = index
        advance(2)
        if word == "trim" {
            if accept("both") { _ = accept("from") }
            let node = try expression()
            if accept(symbol: ")") { return .call(["btrim"], [node]) }
        } else if let nodes = try? list(), accept(symbol: ")") {
            return .call([word], nodes)
        }
        self.return(to: start)
        advance()
        skipParentheses()
        return .call([word, text(from: start)], [])
    }

    private mutating func array() throws(ScriptFault) -> SQLNode {
        try expect(symbol: "[")
        var nodes: [SQLNode] = []
        while !current.isSymbol("]") {
            let node: SQLNode =
                current.isSymbol("[")
                ? try deeper { (cursor) throws(ScriptFault) in try cursor.array() }
                : try expression()
            nodes.append(node)
            if !accept(symbol: ",") { break }
        }
        try expect(symbol: "]")
        return .array(nodes)
    }

    private mutating func choice() throws(ScriptFault) -> SQLNode {
        advance()
        let subject: SQLNode? = current.isWord("when") ? nil : try expression()
        var arms: [SQLChoice] = []
        while accept("when") {
            let condition = try expression()
            try expect("then")
            arms.append(SQLChoice(when: condition, then: try expression()))
        }
        let otherwise: SQLNode? = accept("else") ? try expression() : nil
        try expect("end")
        return .choice(of: subject, arms, otherwise: otherwise)
    }

    private mutating func nameOrCall() throws(ScriptFault) -> SQLNode {
        var parts = try path()
        if current.isSymbol("."), ahead(1).isSymbol("*") {
            advance(2)
            parts.append("*")
        }
        guard current.isSymbol("(") else { return .name(parts) }
        advance()
        _ = accept("distinct")
        _ = accept("variadic")
        let nodes = try list()
        // Not ORDER BY within an aggregate, nor named arguments.
        try expect(symbol: ")")
        if current.isWord("over") || current.isWord("filter") {
            throw unexpected("a plain call")
        }
        return .call(parts.first == "pg_catalog" ? Array(parts.dropFirst()) : parts, nodes)
    }

    // MARK: Queries

    /// A query, from SELECT on up to what closes it.
    mutating func query() throws(ScriptFault) -> SQLQuery {
        try deeper { (cursor) throws(ScriptFault) in try cursor.select() }
    }

    private mutating func select() throws(ScriptFault) -> SQLQuery {
        if current.isWord("with") { throw unexpected("SELECT without WITH") }
        try expect("select")
        var query = SQLQuery(columns: [], sources: [], conditions: [])
        _ = accept("all")
        if accept("distinct"), accept("on") { skipParentheses() }
        if !current.isWord("from"), !current.isSymbol(")") {
            repeat { query.columns.append(try resultColumn()) } while accept(symbol: ",")
        }
        if accept("from") {
            repeat { try source(into: &query) } while accept(symbol: ",")
        }
        if accept("where") { query.conditions.append(try expression()) }
        if accept("limit") {
            // One row is as good as any for EXISTS.
            query.excess = "LIMIT"
            _ = try expression()
        }
        if case .word(let word) = current.kind {
            query.excess = word.uppercased()
            while !current.isSymbol(")"), !isAtEnd {
                if current.isSymbol("(") { skipParentheses() } else { advance() }
            }
        }
        return query
    }

    private mutating func resultColumn() throws(ScriptFault) -> SQLNode? {
        if accept(symbol: "*") { return nil }
        let node = try expression()
        if accept("as") {
            advance()
        } else if current.identifier != nil, !Self.clauses.contains(where: current.isWord) {
            advance()
        }
        return node
    }

    private static let clauses = [
        "from", "where", "group", "having", "order", "limit", "offset", "union", "intersect",
        "except", "for", "window", "fetch",
    ]
    private static let joins = ["join", "inner", "left", "right", "full", "cross", "natural", "on"]

    /// A table, or joined ones, perhaps in parentheses.
    private mutating func source(into query: inout SQLQuery) throws(ScriptFault) {
        try oneSource(into: &query)
        while true {
            if accept("cross", "join") {
                try oneSource(into: &query)
                continue
            }
            for kind in ["left", "right", "full", "natural"] where current.isWord(kind) {
                throw unexpected("an inner join")
            }
            let isInner = accept("inner")
            guard accept("join") else {
                if isInner { throw unexpected("JOIN") }
                return
            }
            try oneSource(into: &query)
            try expect("on")
            query.conditions.append(try expression())
        }
    }

    private mutating func oneSource(into query: inout SQLQuery) throws(ScriptFault) {
        if current.isSymbol("(") {
            advance()
            if startsQuery { throw unexpected("a table") }
            query = try deeper { (cursor) throws(ScriptFault) in
                var inner = query
                try cursor.source(into: &inner)
                return inner
            }
            try expect(symbol: ")")
            return
        }
        _ = accept("only")
        let table = try path()
        if current.isSymbol("(") { throw unexpected("a table") }
        var alias: String?
        if accept("as") {
            alias = try identifier()
        } else if let name = current.identifier,
            !(Self.clauses + Self.joins).contains(where: current.isWord)
        {
            alias = name
            advance()
        }
        query.sources.append(SQLQuery.Source(table: table, alias: alias))
    }
}
