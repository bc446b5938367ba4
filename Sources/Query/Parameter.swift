import Bytes

/// One parameter of a query string, read into what it says (rest.md §4).
public enum Parameter: Hashable, Sendable {
    case select([SelectItem])
    case columns([String])
    case onConflict([String])
    case order(path: [String], [OrderTerm])
    case limit(path: [String], Int)
    case offset(path: [String], Int)
    /// What rows must meet.
    case filter(path: [String], Filter)

    // A path is the names or aliases of embeds, outermost first; empty for the table of the URL.

    /// Reads `name=value`, both percent-decoded. Nil for a `limit` or `offset` that is no number,
    /// which is ignored (rest.md §10.1).
    public init?(name: String, value: String) throws(QueryFault) {
        switch ParameterWord(name) {
        case .select: self = .select(try SelectParser.parse(value))
        case .columns:
            var scanner = Scanner(value, subject: "columns parameter")
            self = .columns(try scanner.names())
        case .onConflict:
            var scanner = Scanner(value, subject: "on_conflict parameter")
            self = .onConflict(try scanner.names())
        case .order, .limit, .offset, .and, .or, nil:
            try self.init(address: Address(name), value: value)
        }
    }

    private init?(address: Address, value: String) throws(QueryFault) {
        let path = address.path
        switch address.last {
        case .order: self = .order(path: path, try OrderTerm.parse(value))
        case .limit:
            guard let number = Window.number(value) else { return nil }
            if number < 0 { throw .negativeLimit }
            self = .limit(path: path, number)
        case .offset:
            guard let number = Window.number(value) else { return nil }
            self = .offset(path: path, max(0, number))
        case .logic(let isAny, let isNegated):
            var scanner = Scanner(value, subject: "filter")
            let group = try scanner.wholeGroup(isAny: isAny)
            self = .filter(path: path, isNegated ? .not(group) : group)
        case .field(let field):
            var scanner = Scanner(value, subject: "filter")
            self = .filter(path: path, .test(try scanner.test(of: field, .parameter)))
        }
    }
}

/// What a parameter's name says: `[path "."]` and a last part that is a word or a field. A quoted
/// word is a field.
private struct Address {
    enum Last {
        case order, limit, offset
        case logic(isAny: Bool, isNegated: Bool)
        case field(Field)
    }

    var path: [String]
    var last: Last

    init(_ name: String) throws(QueryFault) {
        var scanner = Scanner(name, subject: "parameter name")
        var parts: [(name: String, isQuoted: Bool)] = []
        repeat {
            scanner.skipBlanks()
            let isQuoted = scanner.peek == ASCII.quote
            parts.append((try scanner.name(expecting: "a column's name"), isQuoted))
        } while scanner.take(ASCII.dot)
        let steps = try scanner.path()
        try scanner.requireEnd(expecting: "a column's name, \".\" or \"->\"")
        let (name, isQuoted) = parts.removeLast()
        last = .field(Field(name: name, path: steps))
        if !isQuoted, steps.isEmpty {
            let word = ParameterWord(name)
            switch word {
            case .order: last = .order
            case .limit: last = .limit
            case .offset: last = .offset
            case .and, .or:
                // `not` may stand anywhere before the word.
                let others = parts.filter { $0.isQuoted || $0.name != "not" }
                let isNegated = (parts.count - others.count) % 2 == 1
                last = .logic(isAny: word == .or, isNegated: isNegated)
                parts = others
            case .select, .columns, .onConflict, nil: break
            }
        }
        path = parts.map(\.name)
    }
}
