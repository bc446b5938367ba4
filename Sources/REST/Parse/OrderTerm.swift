import Bytes
import Diagnostics

/// One term of `order`, as written (rest.md §4, §9).
struct OrderTerm: Hashable, Sendable {
    enum Nulls: Hashable, Sendable { case first, last }

    /// The to-one embed whose column is meant: `order=author(name)`.
    var embed: String?
    var field: FieldName
    var descending = false
    /// Nil: PostgreSQL's default, last when ascending and first when descending.
    var nulls: Nulls?

    var nullsComeFirst: Bool { (nulls ?? (descending ? .first : .last)) == .first }

    /// `order := term ("," term)*`
    static func parse(_ text: String) throws(Problem) -> [OrderTerm] {
        var scanner = Scanner(text, subject: "order")
        var terms: [OrderTerm] = []
        repeat {
            terms.append(try term(&scanner))
            guard terms.count <= Limits.orderTermsMax else {
                throw scanner.failure(expecting: "fewer terms")
            }
        } while scanner.take(ASCII.comma)
        guard scanner.isAtEnd else { throw scanner.failure(expecting: "\",\" or end of input") }
        return terms
    }

    private static func term(_ scanner: inout Scanner) throws(Problem) -> OrderTerm {
        guard let name = try scanner.name() else {
            throw scanner.failure(expecting: "a field name")
        }
        var term = OrderTerm(field: FieldName(name: name))
        if scanner.take(UInt8(ascii: "(")) {
            guard let inner = try scanner.name() else {
                throw scanner.failure(expecting: "a field name")
            }
            term.embed = name
            term.field = FieldName(name: inner, path: try scanner.path())
            scanner.skipBlanks()
            guard scanner.take(UInt8(ascii: ")")) else { throw scanner.failure(expecting: "\")\"") }
        } else {
            term.field.path = try scanner.path()
        }
        var sawDirection = false
        while scanner.take(UInt8(ascii: ".")) {
            switch try scanner.name() {
            case "asc" where !sawDirection && term.nulls == nil: sawDirection = true
            case "desc" where !sawDirection && term.nulls == nil:
                (sawDirection, term.descending) = (true, true)
            case "nullsfirst" where term.nulls == nil: term.nulls = .first
            case "nullslast" where term.nulls == nil: term.nulls = .last
            default: throw scanner.failure(expecting: "asc, desc, nullsfirst or nullslast")
            }
        }
        scanner.skipBlanks()
        return term
    }
}
