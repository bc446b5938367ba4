extension TokenCursor {
    /// A type: names of several words, arguments and brackets of arrays included.
    mutating func type() throws(ScriptFault) -> SQLType {
        var parts = try path()
        var type = SQLType(name: parts.removeLast(), schema: parts.last)
        if type.schema == "pg_catalog" { type.schema = nil }
        if type.schema == nil { words(of: &type) }
        if current.isSymbol("(") { type.arguments = try arguments() }
        if ["timestamp", "time"].contains(type.name), type.schema == nil { zone(of: &type) }
        while true {
            if current.isSymbol("["), ahead(1).isSymbol("]") {
                advance(2)
            } else if current.isSymbol("["), ahead(2).isSymbol("]") {
                advance(3)
            } else if accept("array") {
            } else {
                return type
            }
            type.dimensions += 1
        }
    }

    /// Takes what else a name of several words has.
    private mutating func words(of type: inout SQLType) {
        switch type.name {
        case "double": if accept("precision") { type.name = "double precision" }
        case "character", "char", "bit":
            if accept("varying") { type.name = type.name == "bit" ? "varbit" : "varchar" }
            if type.name == "character" { type.name = "char" }
        case "interval":
            while ["year", "month", "day", "hour", "minute", "second", "to"]
                .contains(where: current.isWord)
            {
                advance()
            }
        default: break
        }
        type.name = Self.others[type.name] ?? type.name
    }

    private static let others = [
        "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint",
        "bool": "boolean", "decimal": "numeric", "float4": "real", "float8": "double precision",
        "float": "double precision", "timestamptz": "timestamp with time zone",
        "timetz": "time with time zone", "bpchar": "char",
    ]

    private mutating func zone(of type: inout SQLType) {
        if accept("with", "time", "zone") { type.name += " with time zone" }
        _ = accept("without", "time", "zone")
    }

    private mutating func arguments() throws(ScriptFault) -> [String] {
        try expect(symbol: "(")
        var list: [String] = []
        while !accept(symbol: ")") {
            let start = index
            while !current.isSymbol(","), !current.isSymbol(")") {
                guard !isAtEnd else { throw unexpected("\")\"") }
                advance()
            }
            list.append(text(from: start))
            _ = accept(symbol: ",")
        }
        return list
    }
}
