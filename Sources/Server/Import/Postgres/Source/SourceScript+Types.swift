// CREATE of types, views, functions, triggers and publications.
extension SourceScript {
    mutating func createType(_ cursor: inout TokenCursor) throws(ScriptFault) {
        let name = SourceName(try cursor.path(), in: schema)
        guard cursor.accept("as", "enum") else {
            if cursor.current.isWord("as") { note("the type \(name) of several members") }
            return
        }
        try cursor.expect(symbol: "(")
        var values: [String] = []
        while case .text(let value) = cursor.current.kind {
            values.append(value)
            cursor.advance()
            _ = cursor.accept(symbol: ",")
        }
        try cursor.expect(symbol: ")")
        keep { $0.enums[name] = values }
    }

    mutating func createDomain(_ cursor: inout TokenCursor) throws(ScriptFault) {
        let name = SourceName(try cursor.path(), in: schema)
        _ = cursor.accept("as")
        var domain = SourceDomain(type: try cursor.type())
        while !cursor.isAtEnd {
            if cursor.accept("constraint") { _ = try cursor.identifier() }
            if cursor.accept("not", "null") {
                domain.isNullable = false
            } else if cursor.accept("null") {
            } else if cursor.accept("default") {
                domain.default = expression(&cursor)
            } else if cursor.accept("check") {
                try cursor.expect(symbol: "(")
                domain.checks.append(expression(&cursor))
                try cursor.expect(symbol: ")")
            } else if cursor.accept("collate") {
                _ = try cursor.path()
            } else {
                throw cursor.unexpected("a word of a domain")
            }
        }
        keep { $0.domains[name] = domain }
    }

    mutating func createView(
        _ cursor: inout TokenCursor, isMaterialised: Bool
    ) throws(ScriptFault) {
        _ = cursor.accept("view")
        _ = cursor.accept("if", "not", "exists")
        let name = SourceName(try cursor.path(), in: schema)
        if cursor.current.isSymbol("(") { cursor.skipParentheses() }
        if cursor.accept("with") { cursor.skipParentheses() }
        try cursor.expect("as")
        let start = cursor.index
        while !cursor.isAtEnd { cursor.advance() }
        let view = SourceView(
            name: name, query: cursor.text(from: start), isMaterialised: isMaterialised,
            line: statement.line)
        keep { $0.views.append(view) }
    }

    // MARK: Functions

    mutating func createFunction(_ cursor: inout TokenCursor) throws(ScriptFault) {
        let name = SourceName(try cursor.path(), in: schema)
        let parameters = try parameters(&cursor)
        var (language, body, result, runsAsOwner) = ("sql", "", "", false)
        var excess: String?
        while !cursor.isAtEnd {
            if cursor.accept("language") {
                language = cursor.current.identifier ?? ""
                if case .text(let text) = cursor.current.kind { language = text.lowercased() }
                cursor.advance()
            } else if cursor.accept("strict")
                || cursor.accept("returns", "null", "on", "null", "input")
            {
                excess = "is null where an argument is (STRICT)"
            } else if cursor.accept("set") {
                if !setsOwnSchema(&cursor) { excess = "has settings of its own (SET)" }
            } else if cursor.accept("returns") {
                let start = cursor.index
                cursor.advance()
                result = cursor.text(from: start).lowercased()
            } else if cursor.accept("security", "definer") {
                runsAsOwner = true
            } else if let text = Self.body(&cursor) {
                body = text
            } else {
                cursor.advance()
            }
        }
        let function = SourceFunction(
            name: name, parameters: parameters, language: language, body: body,
            result: result, runsAsOwner: runsAsOwner,
            excess: database.functions[name] == nil ? excess : "is there more than once",
            line: statement.line)
        keep { $0.functions[name] = function }
    }

    /// The body of a function; nil where something else stands.
    private static func body(_ cursor: inout TokenCursor) -> String? {
        if cursor.accept("as") {
            guard case .text(let text) = cursor.current.kind else { return nil }
            cursor.advance()
            return text
        }
        if cursor.accept("return") {
            let start = cursor.index
            while !cursor.isAtEnd { cursor.advance() }
            return "select " + cursor.text(from: start)
        }
        guard cursor.accept("begin", "atomic") else { return nil }
        let start = cursor.index
        while !cursor.current.isSymbol(";"), !cursor.isAtEnd { cursor.advance() }
        let text = cursor.text(from: start)
        while cursor.current.kind != .end { cursor.advance() }
        return text
    }

    /// Passes what a function sets; whether names in its body mean what they do elsewhere.
    private func setsOwnSchema(_ cursor: inout TokenCursor) -> Bool {
        guard cursor.accept("search_path") else { return false }
        _ = cursor.accept("to") || cursor.accept(symbol: "=")
        var names: [String] = []
        repeat {
            if case .text(let text) = cursor.current.kind {
                names.append(text)
            } else {
                names.append(cursor.current.identifier ?? "?")
            }
            cursor.advance()
        } while cursor.accept(symbol: ",")
        return Set(["", "public", "pg_catalog", "pg_temp", "auth", "extensions"])
            .isSuperset(of: names)
    }

    /// The names of parameters, nil for those that have none.
    private func parameters(_ cursor: inout TokenCursor) throws(ScriptFault) -> [String?] {
        try cursor.expect(symbol: "(")
        var names: [String?] = []
        while !cursor.accept(symbol: ")") {
            for mode in ["in", "variadic", "inout", "out"] { _ = cursor.accept(mode) }
            // A type alone has a comma, a bracket or a parenthesis behind it.
            let hasName = cursor.ahead(1).identifier != nil && !Self.isLongType(cursor)
            names.append(hasName ? cursor.current.identifier : nil)
            while !cursor.current.isSymbol(","), !cursor.current.isSymbol(")") {
                guard !cursor.isAtEnd else { throw cursor.unexpected("\")\"") }
                if cursor.current.isSymbol("(") {
                    cursor.skipParentheses()
                } else {
                    cursor.advance()
                }
            }
            _ = cursor.accept(symbol: ",")
        }
        return names
    }

    private static func isLongType(_ cursor: TokenCursor) -> Bool {
        ["double", "character", "timestamp", "time", "bit"].contains(where: cursor.current.isWord)
            && ["precision", "varying", "with", "without"].contains(where: cursor.ahead(1).isWord)
    }

    // MARK: Triggers

    mutating func createTrigger(
        _ cursor: inout TokenCursor, _ what: String
    ) throws(ScriptFault) {
        if what == "constraint" { try cursor.expect("trigger") }
        let name = try cursor.identifier()
        let isBefore = cursor.accept("before")
        var (events, isConditional) = ([String](), false)
        while !cursor.accept("on") {
            guard !cursor.isAtEnd else { throw cursor.unexpected("ON") }
            if let word = cursor.current.identifier { events.append(word) }
            if cursor.current.isWord("of") { isConditional = true }
            cursor.advance()
        }
        let table = SourceName(try cursor.path(), in: schema)
        while !cursor.accept("execute") {
            guard !cursor.isAtEnd else { throw cursor.unexpected("EXECUTE") }
            if cursor.current.isWord("when") { isConditional = true }
            if cursor.current.isSymbol("(") { cursor.skipParentheses() } else { cursor.advance() }
        }
        _ = cursor.accept("function") || cursor.accept("procedure")
        let function = SourceName(try cursor.path(), in: schema)
        var arguments: [String] = []
        while !cursor.isAtEnd {
            if case .text(let text) = cursor.current.kind { arguments.append(text) }
            cursor.advance()
        }
        let trigger = SourceTrigger(
            name: name, table: table, function: function, arguments: arguments,
            isBeforeUpdate: isBefore && events.contains("update"), isConditional: isConditional,
            line: statement.line)
        keep { $0.triggers.append(trigger) }
    }

    // MARK: Feeds

    /// The publication that Supabase's feeds are made of.
    private static let feeds = "supabase_realtime"

    mutating func createPublication(_ cursor: inout TokenCursor) throws(ScriptFault) {
        guard try cursor.identifier() == Self.feeds else {
            return note("a publication that feeds do not use: \(statement.excerpt)")
        }
        guard cursor.accept("for") else { return }
        if cursor.accept("all", "tables") { return keep { $0.publishesAll = true } }
        if cursor.accept("table") { try publish(&cursor) }
    }

    mutating func alterPublication(_ cursor: inout TokenCursor) throws(ScriptFault) {
        guard try cursor.identifier() == Self.feeds, cursor.accept("add") else { return }
        if cursor.accept("tables", "in", "schema") { return keep { $0.publishesAll = true } }
        try cursor.expect("table")
        try publish(&cursor)
    }

    private mutating func publish(_ cursor: inout TokenCursor) throws(ScriptFault) {
        repeat {
            _ = cursor.accept("only")
            let name = SourceName(try cursor.path(), in: schema)
            if cursor.current.isSymbol("(") { cursor.skipParentheses() }
            if cursor.accept("where") { cursor.skipParentheses() }
            keep { $0.published.insert(name) }
        } while cursor.accept(symbol: ",")
    }
}
