import Bytes
import Diagnostics

// `filterval`: the operator and its operand. `logic`: groups of tests.
extension Scanner {
    /// `filterval := ["not."] op`
    mutating func test(of field: Field, _ extent: Extent) throws(QueryFault) -> FilterTest {
        let isNegated = take("not.")
        let `operator` = try self.operator()
        return FilterTest(
            field: field, isNegated: isNegated, operation: try operation(`operator`, extent),
            operator: `operator`)
    }

    /// The operator's word, where a dot or a parenthesis follows it.
    private mutating func `operator`() throws(QueryFault) -> Operator {
        let start = index
        let word = takeAll(while: ASCII.isLetter)
        guard let known = Operator.named(word) else { throw unknown(word, at: start) }
        let isFollowed = peek == ASCII.dot || peek == ASCII.leftParenthesis
        if case .unbuilt(let what) = known.meaning, isFollowed { throw .notBuilt(what) }
        return known
    }

    private func unknown(_ word: String, at start: Int) -> QueryFault {
        let near = nearest(word, in: Operator.all.map(\.word))
        var fault = fault(
            expecting: "operator (eq, gt, ...)", at: start,
            hint: near.map { "Perhaps you meant the operator '\($0)'." })
        if !word.isEmpty { fault = fault.finding("\"\(word)\"") }
        return fault
    }

    private mutating func operation(
        _ op: Operator, _ extent: Extent
    ) throws(QueryFault) -> FilterTest.Operation {
        let quantifier = op.isQuantifiable ? try self.quantifier() : nil
        guard take(ASCII.dot) else { throw fault(expecting: "\".\" after the operator") }
        switch op.meaning {
        case .comparison(let comparison):
            return .comparison(comparison, try operand(quantifier, extent))
        case .like(let ignoresCase):
            return .like(ignoresCase: ignoresCase, try operand(quantifier, extent).asPattern)
        case .distinct: return .distinct(value(extent))
        case .membership: return .membership(try list(extent))
        case .state: return .state(try state(extent))
        case .unbuilt(let what): throw .notBuilt(what)
        }
    }

    private mutating func operand(
        _ quantifier: FilterTest.Quantifier?, _ extent: Extent
    ) throws(QueryFault) -> FilterTest.Operand {
        guard let quantifier else { return .value(value(extent)) }
        return .array(try ArrayLiteral.elements(value(extent)), quantifier)
    }

    private mutating func quantifier() throws(QueryFault) -> FilterTest.Quantifier? {
        if take("(any)") { return .any }
        if take("(all)") { return .all }
        if peek == ASCII.leftParenthesis { throw fault(expecting: "(any) or (all)") }
        return nil
    }

    private mutating func state(_ extent: Extent) throws(QueryFault) -> FilterTest.State {
        let start = index
        guard let state = FilterTest.State(rawValue: value(extent).lowercased()) else {
            throw fault(expecting: "null, not_null, true, false or unknown", at: start)
        }
        return state
    }

    // MARK: Groups

    /// `"(" node ("," node)* ")"` and nothing after it.
    mutating func wholeGroup(isAny: Bool) throws(QueryFault) -> Filter {
        skipBlanks()
        let filter = try group(isAny: isAny)
        skipBlanks()
        try requireEnd(expecting: "the end after \")\"")
        return filter
    }

    private mutating func group(isAny: Bool) throws(QueryFault) -> Filter {
        depth += 1
        defer { depth -= 1 }
        guard depth <= QueryLimits.groupDepthMax else {
            throw fault(expecting: "at most \(QueryLimits.groupDepthMax) levels of groups")
        }
        guard take(ASCII.leftParenthesis) else {
            throw fault(
                expecting: "\"(\"",
                hint: "A group is written \(isAny ? "or" : "and")=(a.eq.1,b.eq.2).")
        }
        var parts: [Filter] = []
        repeat {
            parts.append(try node())
            skipBlanks()
        } while take(ASCII.comma)
        guard take(ASCII.rightParenthesis) else { throw fault(expecting: "\",\" or \")\"") }
        return isAny ? .any(parts) : .all(parts)
    }

    /// `node := field "." filterval | ["not."] ("and" | "or") group`
    private mutating func node() throws(QueryFault) -> Filter {
        skipBlanks()
        let start = index
        let isNegated = take("not.")
        if let isAny = groupWord() {
            let group = try group(isAny: isAny)
            return isNegated ? .not(group) : group
        }
        rewind(to: start)
        let field = try field(expecting: "a column's name")
        skipBlanks()
        guard take(ASCII.dot) else { throw fault(expecting: "\".\" and an operator") }
        return .test(try test(of: field, .group))
    }

    private mutating func groupWord() -> Bool? {
        let start = index
        let isAny: Bool
        if take("or") { isAny = true } else if take("and") { isAny = false } else { return nil }
        skipBlanks()
        if peek == ASCII.leftParenthesis { return isAny }
        rewind(to: start)
        return nil
    }
}

extension FilterTest.Operand {
    /// The operand of `like`, where an asterisk is a percent sign that URLs need not escape.
    fileprivate var asPattern: FilterTest.Operand {
        func spelled(_ text: String) -> String {
            guard text.utf8.contains(ASCII.asterisk) else { return text }
            return String(utf8: text.utf8.map { $0 == ASCII.asterisk ? ASCII.percent : $0 })
        }
        switch self {
        case .value(let text): return .value(spelled(text))
        case .array(let elements, let quantifier):
            return .array(elements.map { $0.map(spelled) }, quantifier)
        }
    }
}

extension QueryFault {
    /// The same fault, where more is known of what was found.
    fileprivate func finding(_ unexpected: String) -> QueryFault {
        guard case .syntax(let fault) = self else { return self }
        return .syntax(
            SyntaxFault(
                subject: fault.subject, text: fault.text, column: fault.column,
                unexpected: unexpected, expected: fault.expected, hint: fault.hint))
    }
}
