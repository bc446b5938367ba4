import Schema
import Values

extension Parser {
    mutating func primary() throws(RuleFault) -> Syntax {
        let token = current
        switch token.kind {
        case .text(let text):
            advance()
            return .text(text, token.offset)
        case .number(let text):
            advance()
            return .number(text, token.offset)
        case .symbol("-"), .symbol("+"):
            return try signedNumber()
        case .symbol("("):
            advance()
            _ = accept(keyword: "select")
            let inner = try deeper { parser throws(RuleFault) in try parser.expression() }
            try expect(symbol: ")")
            return inner
        case .name(let name):
            switch name.lowercased() {
            case "true", "false":
                advance()
                return .boolean(name.lowercased() == "true", token.offset)
            case "null":
                advance()
                return .null(token.offset)
            case "case" where startsChoice: return try choice()
            default: return try nameOrCall()
            }
        case .quotedName: return try nameOrCall()
        case .symbol, .end: throw unexpected("a value")
        }
    }

    private mutating func signedNumber() throws(RuleFault) -> Syntax {
        let offset = current.offset
        let isNegative = isSymbol("-")
        advance()
        guard case .number(let digits) = current.kind else { throw unexpected("a number") }
        advance()
        return .number(isNegative ? "-" + digits : digits, offset)
    }

    /// Whether a value or `when` stands behind the word: it may be a column's name as well.
    private var startsChoice: Bool {
        switch following.kind {
        case .text, .number, .quotedName, .symbol("("): true
        case .name(let name):
            !["is", "in", "not", "and", "or", "between", "like", "ilike"]
                .contains(name.lowercased())
        case .symbol, .end: false
        }
    }

    private mutating func choice() throws(RuleFault) -> Syntax {
        let offset = current.offset
        advance()
        let subject = isKeyword("when") ? nil : try inner()
        var arms: [Syntax.Arm] = []
        repeat {
            let place = following.offset
            try expect(keyword: "when")
            let condition = try inner()
            try expect(keyword: "then")
            arms.append(
                Syntax.Arm(
                    when: subject.map { .comparison(.equal, $0, condition, place) } ?? condition,
                    then: try inner()))
        } while isKeyword("when")
        let otherwise = accept(keyword: "else") ? try inner() : nil
        try expect(keyword: "end")
        return .choice(arms, otherwise: otherwise, offset)
    }

    private mutating func inner() throws(RuleFault) -> Syntax {
        try deeper { parser throws(RuleFault) in try parser.expression() }
    }

    private mutating func nameOrCall() throws(RuleFault) -> Syntax {
        let offset = current.offset
        if following.kind == .symbol("(") {
            if isKeyword("exists") { return try exists(offset) }
            if isKeyword("can") { return try can(offset) }
            if isKeyword("changed") { return try changed(offset) }
        }
        let parts = try path()
        guard accept(symbol: "(") else { return .name(parts, offset) }
        let name = parts.joined(separator: ".").lowercased()
        if accept(symbol: ")") { return .call(name, [], offset) }
        return .call(name, try list(), offset)
    }

    /// One name; a keyword is none unless it stands in quotes.
    mutating func identifier(_ wanted: String = "a name") throws(RuleFault) -> String {
        switch current.kind {
        case .quotedName(let name):
            advance()
            return name
        case .name(let name):
            guard !ReservedNames.ruleWords.contains(name.lowercased()) else {
                throw unexpected(wanted)
            }
            advance()
            return name
        case .text, .number, .symbol, .end: throw unexpected(wanted)
        }
    }

    private mutating func path() throws(RuleFault) -> [String] {
        var parts = [try identifier("a value")]
        while accept(symbol: ".") { parts.append(try identifier()) }
        return parts
    }

    private mutating func exists(_ offset: Int) throws(RuleFault) -> Syntax {
        advance()
        advance()
        if accept(keyword: "select") {
            if !accept(symbol: "*") {
                guard case .number = current.kind else { throw unexpected("1 or *") }
                advance()
            }
            try expect(keyword: "from")
        }
        let model = try identifier("a model's name")
        var alias: String?
        if accept(keyword: "as") {
            alias = try identifier("an alias")
        } else if !isKeyword("where"), !isSymbol(")") {
            alias = try identifier("\"where\"")
        }
        var condition: Syntax?
        if accept(keyword: "where") {
            condition = try deeper { parser throws(RuleFault) in try parser.expression() }
        }
        try expect(symbol: ")")
        return .exists(model: model, alias: alias, condition: condition, offset)
    }

    private mutating func can(_ offset: Int) throws(RuleFault) -> Syntax {
        advance()
        advance()
        let verb = try identifier("read, update or delete")
        try expect(symbol: ",")
        let relation = try path()
        try expect(symbol: ")")
        return .can(verb: verb.lowercased(), relation: relation, offset)
    }

    private mutating func changed(_ offset: Int) throws(RuleFault) -> Syntax {
        advance()
        advance()
        let column = try path()
        try expect(symbol: ")")
        return .changed(column, offset)
    }

    /// A type's name of one or more words, in lower case.
    mutating func typeName() throws(RuleFault) -> String {
        let name = try identifier("a type's name").lowercased()
        switch name {
        case "double":
            guard accept(keyword: "precision") else { throw unexpected("\"precision\"") }
            return "double precision"
        case "timestamp", "time":
            let isWith = isKeyword("with")
            guard isWith || isKeyword("without") else { return name }
            advance()
            try expect(keyword: "time")
            try expect(keyword: "zone")
            return "\(name) \(isWith ? "with" : "without") time zone"
        default: return name
        }
    }
}
