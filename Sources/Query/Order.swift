import Bytes

/// One term of `order`, as written (rest.md §4, §9).
public struct OrderTerm: Hashable, Sendable {
    /// Where rows without a value go.
    public enum Nulls: Hashable, Sendable { case first, last }

    /// The to-one embed whose column is meant: `order=author(name)`.
    public var embed: String?
    /// What rows are ordered by.
    public var field: Field
    /// Largest first.
    public var descending = false
    /// Nil: PostgreSQL's default, last when ascending and first when descending.
    public var nulls: Nulls?

    /// Whether rows without a value come before the others.
    public var nullsComeFirst: Bool { (nulls ?? (descending ? .first : .last)) == .first }

    /// `order := term ("," term)*`
    static func parse(_ text: String) throws(QueryFault) -> [OrderTerm] {
        var scanner = Scanner(text, subject: "order")
        var terms: [OrderTerm] = []
        repeat {
            terms.append(try term(&scanner))
            guard terms.count <= QueryLimits.orderTermsMax else {
                throw scanner.fault(expecting: "fewer terms")
            }
        } while scanner.take(ASCII.comma)
        try scanner.requireEnd(expecting: "\",\" or end of input")
        return terms
    }

    private static func term(_ scanner: inout Scanner) throws(QueryFault) -> OrderTerm {
        var term = OrderTerm(field: try scanner.field(expecting: "a field name"))
        if term.field.path.isEmpty, scanner.take(ASCII.leftParenthesis) {
            term.embed = term.field.name
            term.field = try scanner.field(expecting: "a field name")
            scanner.skipBlanks()
            guard scanner.take(ASCII.rightParenthesis) else {
                throw scanner.fault(expecting: "\")\"")
            }
        }
        var sawDirection = false
        while scanner.take(ASCII.dot) {
            switch try scanner.name() {
            case "asc" where !sawDirection && term.nulls == nil: sawDirection = true
            case "desc" where !sawDirection && term.nulls == nil:
                (sawDirection, term.descending) = (true, true)
            case "nullsfirst" where term.nulls == nil: term.nulls = .first
            case "nullslast" where term.nulls == nil: term.nulls = .last
            default: throw scanner.fault(expecting: "asc, desc, nullsfirst or nullslast")
            }
        }
        scanner.skipBlanks()
        return term
    }
}
