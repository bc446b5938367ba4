// CREATE: what there is.
extension SourceScript {
    mutating func create(_ cursor: inout TokenCursor) throws(ScriptFault) {
        _ = cursor.accept("or", "replace")
        for word in ["unlogged", "temporary", "temp", "global", "local"] { _ = cursor.accept(word) }
        let isUnique = cursor.accept("unique")
        guard case .word(let what) = cursor.current.kind else { return }
        cursor.advance()
        switch what {
        case "table": try createTable(&cursor)
        case "type": try createType(&cursor)
        case "domain": try createDomain(&cursor)
        case "index": try createIndex(&cursor, isUnique: isUnique)
        case "policy": try createPolicy(&cursor)
        case "view", "recursive": try createView(&cursor, isMaterialised: false)
        case "materialized":
            try cursor.expect("view")
            try createView(&cursor, isMaterialised: true)
        case "function", "procedure": try createFunction(&cursor)
        case "trigger", "constraint": try createTrigger(&cursor, what)
        case "publication": try createPublication(&cursor)
        case "sequence", "schema", "extension", "role", "event", "language", "user", "database",
            "cast":
            break
        default: note("CREATE \(what.uppercased()): \(statement.excerpt)")
        }
    }

    private func ifNotExists(_ cursor: inout TokenCursor) {
        _ = cursor.accept("if", "not", "exists")
    }

    // MARK: Tables

    private mutating func createTable(_ cursor: inout TokenCursor) throws(ScriptFault) {
        ifNotExists(&cursor)
        let name = SourceName(try cursor.path(), in: schema)
        var table = SourceTable(name: name, line: statement.line)
        if cursor.accept("partition", "of") {
            table.partOf = SourceName(try cursor.path(), in: schema)
            return keep { $0.add(table) }
        }
        try cursor.expect(symbol: "(")
        while !cursor.accept(symbol: ")") {
            if try !constraint(&cursor, &table) { try column(&cursor, &table) }
            if !cursor.current.isSymbol(")") { try cursor.expect(symbol: ",") }
        }
        if cursor.accept("partition", "by") {
            table.hasParts = true
        } else if cursor.accept("inherits") {
            note("\(name) inherits columns of another table, which are not in it here")
        }
        keep { $0.add(table) }
    }

    private mutating func column(
        _ cursor: inout TokenCursor, _ table: inout SourceTable
    ) throws(ScriptFault) {
        let line = statement.line(of: cursor.current.offset)
        let name = try cursor.identifier()
        var column = SourceColumn(name: name, type: try cursor.type(), line: line)
        if ["serial", "bigserial", "smallserial"].contains(column.type.name) {
            column.isIdentity = true
            column.isNullable = false
            column.type.name = column.type.name.hasPrefix("big") ? "bigint" : "integer"
        }
        while !cursor.current.isSymbol(","), !cursor.current.isSymbol(")"), !cursor.isAtEnd {
            var constraintName: String?
            if cursor.accept("constraint") { constraintName = try cursor.identifier() }
            try columnWord(&cursor, &column, &table, constraintName)
        }
        table.columns.append(column)
    }

    private mutating func columnWord(
        _ cursor: inout TokenCursor, _ column: inout SourceColumn, _ table: inout SourceTable,
        _ constraint: String?
    ) throws(ScriptFault) {
        let base = "\(table.name.name)_\(column.name)"
        if cursor.accept("not", "null") {
            column.isNullable = false
        } else if cursor.accept("null") {
        } else if cursor.accept("default") {
            column.default = expression(&cursor, until: Self.endsColumnWord)
        } else if cursor.accept("generated") {
            _ = cursor.accept("always") || cursor.accept("by", "default")
            try cursor.expect("as")
            if cursor.accept("identity") {
                column.isIdentity = true
                cursor.skipParentheses()
            } else {
                try cursor.expect(symbol: "(")
                column.generated = expression(&cursor)
                try cursor.expect(symbol: ")")
                _ = cursor.accept("stored") || cursor.accept("virtual")
            }
        } else if cursor.accept("primary", "key") {
            table.primaryKey = [column.name]
            column.isNullable = false
        } else if cursor.accept("unique") {
            table.uniques.append((constraint ?? "\(base)_key", [column.name]))
        } else if cursor.accept("check") {
            try cursor.expect(symbol: "(")
            table.checks.append((constraint ?? "\(base)_check", expression(&cursor)))
            try cursor.expect(symbol: ")")
        } else if cursor.accept("references") {
            table.references.append(
                try reference(&cursor, constraint ?? "\(base)_fkey", [column.name]))
        } else if cursor.accept("collate") {
            _ = try cursor.path()
        } else {
            throw cursor.unexpected("a word of a column")
        }
    }

    private static func endsColumnWord(_ cursor: TokenCursor) -> Bool {
        ["not", "null", "constraint", "primary", "unique", "check", "references", "generated"]
            .contains(where: cursor.current.isWord)
    }

    /// A constraint of a table; false where there is none here.
    mutating func constraint(
        _ cursor: inout TokenCursor, _ table: inout SourceTable
    ) throws(ScriptFault) -> Bool {
        var name: String?
        let start = cursor.index
        if cursor.accept("constraint") { name = try cursor.identifier() }
        let base = table.name.name
        if cursor.accept("primary", "key") {
            let columns = try cursor.names()
            table.primaryKey = columns
            for column in columns { table.change(column: column) { $0.isNullable = false } }
        } else if cursor.current.isWord("unique"),
            name != nil || cursor.ahead(1).isSymbol("(") || cursor.ahead(1).isWord("nulls")
        {
            try unique(&cursor, name, &table)
        } else if cursor.current.isWord("check"), cursor.ahead(1).isSymbol("(") {
            cursor.advance(2)
            table.checks.append((name ?? "\(base)_check", expression(&cursor)))
            try cursor.expect(symbol: ")")
            _ = cursor.accept("no", "inherit")
        } else if cursor.accept("foreign", "key") {
            let columns = try cursor.names()
            try cursor.expect("references")
            let constraint = name ?? "\(base)_\(columns.joined(separator: "_"))_fkey"
            table.references.append(try reference(&cursor, constraint, columns))
        } else if cursor.current.isWord("exclude") || cursor.current.isWord("like") {
            passConstraint(&cursor, of: base)
        } else {
            cursor.return(to: start)
            return false
        }
        _ = cursor.accept("not", "valid")
        return true
    }

    private mutating func unique(
        _ cursor: inout TokenCursor, _ name: String?, _ table: inout SourceTable
    ) throws(ScriptFault) {
        let base = table.name.name
        cursor.advance()
        if cursor.accept("nulls", "not", "distinct") {
            note("\(base): UNIQUE NULLS NOT DISTINCT holds without its word for nulls here")
        }
        let columns = try cursor.names()
        table.uniques.append((name ?? "\(base)_\(columns.joined(separator: "_"))_key", columns))
    }

    /// Passes a constraint that models do not have.
    private mutating func passConstraint(_ cursor: inout TokenCursor, of table: String) {
        note("\(table): \(cursor.current.identifier?.uppercased() ?? "") constraint of the table")
        while !cursor.current.isSymbol(","), !cursor.current.isSymbol(")"), !cursor.isAtEnd {
            if cursor.current.isSymbol("(") { cursor.skipParentheses() } else { cursor.advance() }
        }
    }

    /// What stands behind REFERENCES.
    private mutating func reference(
        _ cursor: inout TokenCursor, _ name: String, _ columns: [String]
    ) throws(ScriptFault) -> SourceReference {
        let line = statement.line(of: cursor.current.offset)
        let target = SourceName(try cursor.path(), in: schema)
        let others: [String] = cursor.current.isSymbol("(") ? try cursor.names() : []
        var reference = SourceReference(
            name: name, columns: columns, target: target, targetColumns: others, line: line)
        while true {
            if cursor.accept("match", "full") {
                reference.excess.append("MATCH FULL")
            } else if cursor.accept("match", "simple") {
            } else if cursor.accept("on", "delete") {
                reference.onDelete = try action(&cursor)
                if cursor.current.isSymbol("(") {
                    reference.excess.append("ON DELETE of some columns only")
                    cursor.skipParentheses()
                }
            } else if cursor.accept("on", "update") {
                let action = try action(&cursor)
                if action == "cascade" || action.hasPrefix("set") {
                    reference.excess.append("ON UPDATE")
                }
            } else if cursor.accept("not", "deferrable") || cursor.accept("deferrable")
                || cursor.accept("initially", "deferred")
                || cursor.accept("initially", "immediate") || cursor.accept("not", "valid")
            {
                // References are judged behind each request here.
            } else {
                return reference
            }
        }
    }

    private func action(_ cursor: inout TokenCursor) throws(ScriptFault) -> String {
        if cursor.accept("no", "action") { return "noAction" }
        if cursor.accept("restrict") { return "restrict" }
        if cursor.accept("cascade") { return "cascade" }
        if cursor.accept("set", "null") { return "setNull" }
        if cursor.accept("set", "default") { return "setDefault" }
        throw cursor.unexpected("an action")
    }
}
