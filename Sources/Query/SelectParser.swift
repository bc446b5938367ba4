import Bytes

/// `select := [ item ("," item)* ]`, recursive to ``QueryLimits/selectDepthMax``.
struct SelectParser {
    private var scanner: Scanner
    private var itemCount = 0

    static func parse(_ text: String) throws(QueryFault) -> [SelectItem] {
        var parser = SelectParser(scanner: Scanner(text, subject: "select parameter"))
        let items = try parser.items(depth: 0)
        try parser.scanner.requireEnd(expecting: "\",\" or end of input")
        return items
    }

    private init(scanner: Scanner) { self.scanner = scanner }

    private mutating func items(depth: Int) throws(QueryFault) -> [SelectItem] {
        guard depth <= QueryLimits.selectDepthMax else {
            throw scanner.fault(expecting: "fewer levels")
        }
        scanner.skipBlanks()
        if scanner.isAtEnd || scanner.peek == ASCII.rightParenthesis { return [] }
        var items: [SelectItem] = []
        repeat {
            itemCount += 1
            guard itemCount <= QueryLimits.selectItemsMax else {
                throw scanner.fault(expecting: "fewer items")
            }
            items.append(try item(depth: depth))
            scanner.skipBlanks()
        } while scanner.take(ASCII.comma)
        return items
    }

    private mutating func item(depth: Int) throws(QueryFault) -> SelectItem {
        scanner.skipBlanks()
        if scanner.take(ASCII.asterisk) { return .all }
        if scanner.take("...") {
            let target = try scanner.name(expecting: "an embed's name")
            var embed = try embed(target: target, depth: depth)
            embed.isSpread = true
            return .embed(embed)
        }
        var name = try scanner.name(expecting: "a field name, \"*\" or \"...\"")
        var alias: String?
        scanner.skipBlanks()
        if scanner.peek == ASCII.colon, scanner.peek(at: 1) != ASCII.colon {
            scanner.advance()
            alias = name
            name = try scanner.name(expecting: "a field name")
        }
        return try item(named: name, alias: alias, depth: depth)
    }

    /// What follows a name decides whether it is an embed, an aggregate or a column.
    private mutating func item(
        named name: String, alias: String?, depth: Int
    ) throws(QueryFault) -> SelectItem {
        if name == "count", scanner.take("()") {
            let cast = try castIfAny()
            return .field(
                SelectField(field: nil, alias: alias, aggregate: .count, aggregateCast: cast))
        }
        if scanner.peek == UInt8(ascii: "!") || scanner.peek == ASCII.leftParenthesis {
            var embed = try embed(target: name, depth: depth)
            embed.alias = alias
            return .embed(embed)
        }
        return .field(try field(named: name, alias: alias))
    }

    private mutating func field(
        named name: String, alias: String?
    ) throws(QueryFault) -> SelectField {
        var field = SelectField(field: Field(name: name, path: try scanner.path()), alias: alias)
        field.cast = try castIfAny()
        if scanner.take(ASCII.dot) {
            guard let word = try scanner.name(),
                let aggregate = SelectField.Aggregate(rawValue: word), scanner.take("()")
            else {
                throw scanner.fault(
                    expecting: "an aggregate: sum(), avg(), count(), max() or min()")
            }
            field.aggregate = aggregate
            field.aggregateCast = try castIfAny()
        }
        return field
    }

    private mutating func castIfAny() throws(QueryFault) -> String? {
        scanner.skipBlanks()
        return scanner.take("::") ? try scanner.name(expecting: "a type name") : nil
    }

    /// `name ("!" ("inner" | "left" | hint)){0,2} "(" select ")"`
    private mutating func embed(target: String, depth: Int) throws(QueryFault) -> SelectEmbed {
        var embed = SelectEmbed(target: target, items: [])
        var hasJoin = false
        while scanner.take(UInt8(ascii: "!")) {
            switch try scanner.name(expecting: "a hint or a join type") {
            case "inner" where !hasJoin: (embed.join, hasJoin) = (.inner, true)
            case "left" where !hasJoin: (embed.join, hasJoin) = (.left, true)
            case let hint where embed.hint == nil: embed.hint = hint
            default: throw scanner.fault(expecting: "\"(\"")
            }
        }
        guard scanner.take(ASCII.leftParenthesis) else { throw scanner.fault(expecting: "\"(\"") }
        embed.items = try items(depth: depth + 1)
        guard scanner.take(ASCII.rightParenthesis) else { throw scanner.fault(expecting: "\")\"") }
        return embed
    }
}
