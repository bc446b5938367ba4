import Bytes
import Diagnostics

/// `select := [ item ("," item)* ]`, recursive to ``Limits/selectDepthMax``.
struct SelectParser {
    private var scanner: Scanner
    private var itemCount = 0

    static func parse(_ text: String) throws(Problem) -> [SelectItem] {
        var parser = SelectParser(scanner: Scanner(text, subject: "select parameter"))
        let items = try parser.items(depth: 0)
        guard parser.scanner.isAtEnd else {
            throw parser.scanner.failure(expecting: "\",\" or end of input")
        }
        return items
    }

    private init(scanner: Scanner) { self.scanner = scanner }

    private mutating func items(depth: Int) throws(Problem) -> [SelectItem] {
        guard depth <= Limits.selectDepthMax else {
            throw scanner.failure(expecting: "fewer levels")
        }
        scanner.skipBlanks()
        if scanner.isAtEnd || scanner.peek == UInt8(ascii: ")") { return [] }
        var items: [SelectItem] = []
        repeat {
            itemCount += 1
            guard itemCount <= Limits.selectItemsMax else {
                throw scanner.failure(expecting: "fewer items")
            }
            items.append(try item(depth: depth))
            scanner.skipBlanks()
        } while scanner.take(ASCII.comma)
        return items
    }

    private mutating func item(depth: Int) throws(Problem) -> SelectItem {
        scanner.skipBlanks()
        if scanner.take(UInt8(ascii: "*")) { return .all }
        if scanner.take("...") {
            guard let target = try scanner.name() else {
                throw scanner.failure(expecting: "an embed's name")
            }
            var embed = try embed(target: target, depth: depth)
            embed.isSpread = true
            return .embed(embed)
        }
        guard var name = try scanner.name() else {
            throw scanner.failure(expecting: "a field name, \"*\" or \"...\"")
        }
        var alias: String?
        scanner.skipBlanks()
        if scanner.peek == UInt8(ascii: ":"), scanner.peek(at: 1) != UInt8(ascii: ":") {
            scanner.advance()
            alias = name
            guard let next = try scanner.name() else {
                throw scanner.failure(expecting: "a field name")
            }
            name = next
        }
        return try item(named: name, alias: alias, depth: depth)
    }

    /// What follows a name decides whether it is an embed, an aggregate or a column.
    private mutating func item(named name: String, alias: String?, depth: Int) throws(Problem)
        -> SelectItem
    {
        if name == "count", scanner.take("()") {
            let cast = try castIfAny()
            return .field(
                SelectField(field: nil, alias: alias, aggregate: .count, aggregateCast: cast))
        }
        switch scanner.peek {
        case UInt8(ascii: "!"), UInt8(ascii: "("):
            var embed = try embed(target: name, depth: depth)
            embed.alias = alias
            return .embed(embed)
        default:
            return .field(try field(named: name, alias: alias))
        }
    }

    private mutating func field(named name: String, alias: String?) throws(Problem) -> SelectField {
        var field = SelectField(
            field: FieldName(name: name, path: try scanner.path()), alias: alias)
        field.cast = try castIfAny()
        if scanner.take(UInt8(ascii: ".")) {
            guard let word = try scanner.name(),
                let aggregate = SelectField.Aggregate(rawValue: word),
                scanner.take("()")
            else {
                throw scanner.failure(
                    expecting: "an aggregate: sum(), avg(), count(), max() or min()")
            }
            field.aggregate = aggregate
            field.aggregateCast = try castIfAny()
        }
        return field
    }

    private mutating func castIfAny() throws(Problem) -> String? {
        scanner.skipBlanks()
        guard scanner.take("::") else { return nil }
        guard let type = try scanner.name() else { throw scanner.failure(expecting: "a type name") }
        return type
    }

    /// `name ("!" ("inner" | "left" | hint)){0,2} "(" select ")"`
    private mutating func embed(target: String, depth: Int) throws(Problem) -> SelectEmbed {
        var embed = SelectEmbed(target: target, items: [])
        var joins = 0
        while scanner.take(UInt8(ascii: "!")) {
            guard let word = try scanner.name() else {
                throw scanner.failure(expecting: "a hint or a join type")
            }
            switch word {
            case "inner" where joins == 0: (embed.join, joins) = (.inner, 1)
            case "left" where joins == 0: (embed.join, joins) = (.left, 1)
            case _ where embed.hint == nil: embed.hint = word
            default: throw scanner.failure(expecting: "\"(\"")
            }
        }
        guard scanner.take(UInt8(ascii: "(")) else { throw scanner.failure(expecting: "\"(\"") }
        embed.items = try items(depth: depth + 1)
        guard scanner.take(UInt8(ascii: ")")) else { throw scanner.failure(expecting: "\")\"") }
        return embed
    }
}
