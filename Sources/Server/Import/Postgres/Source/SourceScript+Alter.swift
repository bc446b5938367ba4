// ALTER, COMMENT, GRANT and what belongs to tables that are there.
extension SourceScript {
    mutating func alter(_ cursor: inout TokenCursor) throws(ScriptFault) {
        guard case .word(let what) = cursor.current.kind else { return }
        cursor.advance()
        switch what {
        case "table": try alterTable(&cursor)
        case "sequence": try alterSequence(&cursor)
        case "publication": try alterPublication(&cursor)
        case "type": try alterType(&cursor)
        case "policy": try changePolicy(&cursor)
        default: break
        }
    }

    private mutating func alterType(_ cursor: inout TokenCursor) throws(ScriptFault) {
        let name = SourceName(try cursor.path(), in: schema)
        guard cursor.accept("add", "value") else { return }
        _ = cursor.accept("if", "not", "exists")
        if case .text(let value) = cursor.current.kind {
            keep { $0.enums[name]?.append(value) }
        }
    }

    private mutating func alterTable(_ cursor: inout TokenCursor) throws(ScriptFault) {
        _ = cursor.accept("if", "exists")
        _ = cursor.accept("only")
        let name = SourceName(try cursor.path(), in: schema)
        guard var table = database.table(name) else { return }
        repeat { try change(&table, &cursor) } while cursor.accept(symbol: ",")
        change(name) { $0 = table }
    }

    private mutating func change(
        _ table: inout SourceTable, _ cursor: inout TokenCursor
    ) throws(ScriptFault) {
        if cursor.accept("add") {
            if try constraint(&cursor, &table) { return }
            throw cursor.unexpected("a constraint")
        }
        if cursor.accept("enable", "row", "level", "security") {
            table.isSecured = true
        } else if cursor.accept("disable", "row", "level", "security") {
            table.isSecured = false
        } else if cursor.accept("force", "row", "level", "security") {
            table.isForced = true
        } else if cursor.accept("attach", "partition") {
            let part = SourceName(try cursor.path(), in: schema)
            change(part) { $0.partOf = table.name }
            while !cursor.isAtEnd { cursor.advance() }
        } else if cursor.accept("alter", "column") || cursor.accept("alter") {
            try change(columnOf: &table, &cursor)
        } else {
            // What comes behind a comma is another matter.
            while !cursor.isAtEnd, !cursor.current.isSymbol(",") {
                if cursor.current.isSymbol("(") {
                    cursor.skipParentheses()
                } else {
                    cursor.advance()
                }
            }
        }
    }

    /// A policy that is changed or dropped: what there is then is not followed.
    mutating func changePolicy(_ cursor: inout TokenCursor) throws(ScriptFault) {
        _ = cursor.accept("if", "exists")
        _ = try cursor.identifier()
        try cursor.expect("on")
        let table = SourceName(try cursor.path(), in: schema)
        change(table) { $0.isUnclear = true }
        note("\(table) is for nobody: a policy of it is changed: \(statement.excerpt)")
    }

    private mutating func change(
        columnOf table: inout SourceTable, _ cursor: inout TokenCursor
    ) throws(ScriptFault) {
        let column = try cursor.identifier()
        if cursor.accept("set", "default") {
            let value = expression(&cursor)
            table.change(column: column) { $0.default = value }
        } else if cursor.accept("set", "not", "null") {
            table.change(column: column) { $0.isNullable = false }
        } else if cursor.accept("add", "generated") {
            table.change(column: column) { $0.isIdentity = true }
            nameSequence(&cursor, of: SourceColumnName(table: table.name, column: column))
        } else {
            while !cursor.isAtEnd, !cursor.current.isSymbol(",") { cursor.advance() }
        }
    }

    // MARK: Indexes and policies

    mutating func createIndex(
        _ cursor: inout TokenCursor, isUnique: Bool
    ) throws(ScriptFault) {
        _ = cursor.accept("concurrently")
        _ = cursor.accept("if", "not", "exists")
        let name = cursor.current.isWord("on") ? "" : try cursor.path().last ?? ""
        try cursor.expect("on")
        _ = cursor.accept("only")
        let table = SourceName(try cursor.path(), in: schema)
        var method = "btree"
        if cursor.accept("using") { method = try cursor.identifier() }
        let start = cursor.index
        let columns = try indexColumns(&cursor)
        let text = cursor.text(from: start)
        if cursor.accept("include") { cursor.skipParentheses() }
        if cursor.accept("nulls", "not", "distinct") {
            note("\(table): the index \(name) holds without NULLS NOT DISTINCT here")
        } else {
            _ = cursor.accept("nulls", "distinct")
        }
        if cursor.accept("with") { cursor.skipParentheses() }
        let condition: SourceExpression? = cursor.accept("where") ? expression(&cursor) : nil
        let index = SourceIndex(
            name: name, isUnique: isUnique, columns: columns, condition: condition,
            method: method, text: text, line: statement.line)
        change(table) { $0.indexes.append(index) }
    }

    /// The columns of an index; nil where it is of an expression.
    private func indexColumns(_ cursor: inout TokenCursor) throws(ScriptFault) -> [String]? {
        try cursor.expect(symbol: "(")
        var columns: [String]? = []
        while !cursor.accept(symbol: ")") {
            guard !cursor.isAtEnd else { throw cursor.unexpected("\")\"") }
            if let name = cursor.current.identifier, !cursor.ahead(1).isSymbol("(") {
                cursor.advance()
                var part = name
                while !cursor.current.isSymbol(","), !cursor.current.isSymbol(")"),
                    !cursor.isAtEnd
                {
                    if cursor.current.isWord("desc") { part += " desc" }
                    cursor.advance()
                }
                columns?.append(part)
            } else {
                columns = nil
                while !cursor.current.isSymbol(","), !cursor.current.isSymbol(")"),
                    !cursor.isAtEnd
                {
                    if cursor.current.isSymbol("(") {
                        cursor.skipParentheses()
                    } else {
                        cursor.advance()
                    }
                }
            }
            _ = cursor.accept(symbol: ",")
        }
        return columns
    }

    mutating func createPolicy(_ cursor: inout TokenCursor) throws(ScriptFault) {
        let name = try cursor.identifier()
        try cursor.expect("on")
        let table = SourceName(try cursor.path(), in: schema)
        do throws(ScriptFault) {
            try createPolicy(name, on: table, &cursor)
        } catch {
            change(table) { $0.isUnclear = true }
            throw error
        }
    }

    private mutating func createPolicy(
        _ name: String, on table: SourceName, _ cursor: inout TokenCursor
    ) throws(ScriptFault) {
        var isRestrictive = false
        if cursor.accept("as") {
            isRestrictive = cursor.accept("restrictive")
            if !isRestrictive { try cursor.expect("permissive") }
        }
        var command = "all"
        if cursor.accept("for") { command = try cursor.identifier() }
        var roles: [String] = []
        if cursor.accept("to") {
            repeat { roles.append(try cursor.identifier()) } while cursor.accept(symbol: ",")
        }
        var (using, check): (SourceExpression?, SourceExpression?)
        if cursor.accept("using") { using = try condition(&cursor) }
        if cursor.accept("with", "check") { check = try condition(&cursor) }
        let policy = SourcePolicy(
            name: name, isRestrictive: isRestrictive, command: command,
            roles: roles.isEmpty ? ["public"] : roles, using: using, check: check,
            line: statement.line)
        change(table) { $0.policies.append(policy) }
    }

    private mutating func condition(
        _ cursor: inout TokenCursor
    ) throws(ScriptFault) -> SourceExpression {
        try cursor.expect(symbol: "(")
        let found = expression(&cursor)
        try cursor.expect(symbol: ")")
        return found
    }

    // MARK: Comments and grants

    mutating func comment(_ cursor: inout TokenCursor) throws(ScriptFault) {
        try cursor.expect("on")
        let isColumn = cursor.accept("column")
        guard isColumn || cursor.accept("table") else { return }
        var path = try cursor.path()
        let column: String? = isColumn ? path.removeLast() : nil
        try cursor.expect("is")
        guard case .text(let text) = cursor.current.kind else { return }
        change(SourceName(path, in: schema)) { table in
            if let column {
                table.change(column: column) { $0.comment = text }
            } else {
                table.comment = text
            }
        }
    }

    mutating func grant(_ cursor: inout TokenCursor, isGranted: Bool) throws(ScriptFault) {
        _ = cursor.accept("grant", "option", "for")
        var (whole, ofColumns): (Set<String>, Set<String>) = ([], [])
        repeat {
            var privilege = try cursor.identifier()
            if privilege == "all" { _ = cursor.accept("privileges") }
            if cursor.current.isSymbol("(") {
                cursor.skipParentheses()
                ofColumns.insert(privilege)
            } else {
                if privilege == "references" { privilege = "reference" }
                whole.insert(privilege)
            }
        } while cursor.accept(symbol: ",")
        guard cursor.accept("on") else { return }
        if cursor.accept("schema") {
            if whole.isDisjoint(with: ["usage", "all"]) { return }
            return try grantUsage(&cursor, isGranted: isGranted)
        }
        let isNamed = cursor.accept("table")
        guard isNamed || !Self.others.contains(where: cursor.current.isWord) else { return }
        var tables: [SourceName] = []
        repeat {
            tables.append(SourceName(try cursor.path(), in: schema))
        } while cursor.accept(symbol: ",")
        guard cursor.accept("to") || cursor.accept("from") else { return }
        var roles: [String] = []
        repeat { roles.append(try cursor.identifier()) } while cursor.accept(symbol: ",")
        if whole.contains("all") { whole = ["select", "insert", "update", "delete"] }
        for table in tables where database.table(table) != nil {
            if isGranted { keep { $0.hasGrants = true } }
            change(table) { table in
                for role in roles where isGranted {
                    table.grants[role, default: []].formUnion(whole)
                    table.columnGrants[role, default: []].formUnion(ofColumns)
                }
                for role in roles where !isGranted { table.grants[role]?.subtract(whole) }
            }
        }
    }

    /// Who may use schemas, from their names on.
    private mutating func grantUsage(
        _ cursor: inout TokenCursor, isGranted: Bool
    ) throws(ScriptFault) {
        var schemas: [String] = []
        repeat { schemas.append(try cursor.identifier()) } while cursor.accept(symbol: ",")
        guard cursor.accept("to") || cursor.accept("from") else { return }
        var roles: Set<String> = []
        repeat { roles.insert(try cursor.identifier()) } while cursor.accept(symbol: ",")
        for schema in schemas {
            keep { database in
                if isGranted {
                    database.usage[schema, default: []].formUnion(roles)
                } else {
                    database.usage[schema]?.subtract(roles)
                }
            }
        }
    }

    /// What privileges there are on, besides tables and schemas.
    private static let others = [
        "sequence", "function", "procedure", "type", "database", "language", "domain",
        "foreign", "all", "parameter", "routine", "large", "tablespace",
    ]
}
