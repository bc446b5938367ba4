/// Reads regular expressions of ECMA-262 (§22.2.1), but for what needs more than one pass over the
/// text: lookaround and references back.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    mutating func parse() throws(PatternFault) -> PatternNode {
        let node = try choice()
        guard position == scalars.count else { throw fault("')' without '('") }
        return node
    }

    private func fault(_ what: String) -> PatternFault {
        PatternFault(description: "\(what) at character \(position + 1)")
    }

    private var current: Unicode.Scalar? {
        position < scalars.count ? scalars[position] : nil
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private mutating func choice() throws(PatternFault) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= SchemaLimits.patternDepthMax else {
            throw fault("too many groups in each other")
        }
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(PatternFault) -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            parts.append(try repeated(try atom()))
        }
        return parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repeated(_ node: PatternNode) throws(PatternFault) -> PatternNode {
        let bounds: (min: Int, max: Int?)
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else if let counted = try counts() {
            bounds = counted
        } else {
            return node
        }
        if case .assertion = node { throw fault("nothing to repeat") }
        // Whether it matches does not depend on who is greedy.
        _ = take("?")
        if let scalar = current, "*+?".unicodeScalars.contains(scalar) {
            throw fault("a repetition of a repetition")
        }
        return .repetition(node, min: bounds.min, max: bounds.max)
    }

    /// `{n}`, `{n,}` or `{n,m}`; a brace that begins none of them stands for itself.
    private mutating func counts() throws(PatternFault) -> (min: Int, max: Int?)? {
        let start = position
        guard take("{"), let min = number() else {
            position = start
            return nil
        }
        var max: Int? = min
        if take(",") { max = number() }
        guard take("}") else {
            position = start
            return nil
        }
        if let max, max < min { throw fault("a repetition that ends before it begins") }
        guard min <= SchemaLimits.patternInstructionsMax,
            max ?? 0 <= SchemaLimits.patternInstructionsMax
        else {
            throw fault("too many repetitions")
        }
        return (min, max)
    }

    private mutating func number() -> Int? {
        let start = position
        while let scalar = current, ("0"..."9").contains(scalar) { position += 1 }
        return start == position
            ? nil : Int(String(String.UnicodeScalarView(scalars[start..<position]))) ?? .max
    }

    private mutating func atom() throws(PatternFault) -> PatternNode {
        guard let scalar = current else { return .empty }
        position += 1
        switch scalar {
        case ".": return .one(.anyInLine)
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case "(": return try group()
        case "[": return .one(try set())
        case "\\": return try escaped()
        case "*", "+", "?": throw fault("nothing to repeat")
        default: return .one(ScalarClass(items: [.range(scalar...scalar)]))
        }
    }

    private mutating func group() throws(PatternFault) -> PatternNode {
        for lookaround in ["?=", "?!", "?<=", "?<!"] where take(lookaround) {
            throw fault("lookaround, which is not supported,")
        }
        if take("?<") {
            while let scalar = current, scalar != ">" { position += 1 }
            guard take(">") else { throw fault("a group's name without '>'") }
        } else if take("?"), !take(":") {
            throw fault("an unknown kind of group")
        }
        let node = try choice()
        guard take(")") else { throw fault("'(' without ')'") }
        return node
    }

    private mutating func escaped() throws(PatternFault) -> PatternNode {
        if take("b") { return .assertion(.wordBoundary) }
        if take("B") { return .assertion(.noWordBoundary) }
        if let scalar = current, ("1"..."9").contains(scalar) || scalar == "k" {
            throw fault("a reference back, which is not supported,")
        }
        return .one(ScalarClass(items: [try escapedItem()]))
    }

    /// `[…]` after its bracket.
    private mutating func set() throws(PatternFault) -> ScalarClass {
        var set = ScalarClass()
        set.isNegated = take("^")
        while !take("]") {
            let first = try item()
            guard case .range(let low) = first, current == "-",
                position + 1 < scalars.count, scalars[position + 1] != "]"
            else {
                set.items.append(first)
                continue
            }
            position += 1
            guard case .range(let high) = try item(), low.lowerBound <= high.lowerBound else {
                throw fault("a range that ends before it begins")
            }
            set.items.append(.range(low.lowerBound...high.lowerBound))
        }
        return set
    }

    private mutating func item() throws(PatternFault) -> ScalarClass.Item {
        guard let scalar = current else { throw fault("'[' without ']'") }
        position += 1
        if scalar != "\\" { return .range(scalar...scalar) }
        if take("b") { return .range("\u{8}"..."\u{8}") }
        return try escapedItem()
    }

    /// What follows a backslash and stands for characters.
    private mutating func escapedItem() throws(PatternFault) -> ScalarClass.Item {
        guard let scalar = current else { throw fault("a backslash with nothing behind it") }
        position += 1
        switch scalar {
        case "d": return .digit
        case "D": return .not(.digit)
        case "w": return .word
        case "W": return .not(.word)
        case "s": return .space
        case "S": return .not(.space)
        case "p": return .category(try category())
        case "P": return .not(.category(try category()))
        case "n": return .range("\n"..."\n")
        case "r": return .range("\r"..."\r")
        case "t": return .range("\t"..."\t")
        case "f": return .range("\u{C}"..."\u{C}")
        case "v": return .range("\u{B}"..."\u{B}")
        case "0": return .range("\0"..."\0")
        case "x": return try hexadecimal(digits: 2)
        case "u": return try hexadecimal(digits: 4)
        case "a"..."z", "A"..."Z": throw fault("an unknown escape '\\\(scalar)'")
        default: return .range(scalar...scalar)
        }
    }

    private mutating func category() throws(PatternFault) -> String {
        let start = position + 1
        guard take("{"), let end = scalars[position...].firstIndex(of: "}") else {
            throw fault("\\p without '{…}'")
        }
        let name = String(String.UnicodeScalarView(scalars[start..<end]))
        guard Unicode.GeneralCategory.names.contains(name) else {
            throw fault("an unknown category '\(name)'")
        }
        position = end + 1
        return name
    }

    /// `\xHH`, `\uHHHH` or `\u{H…}`.
    private mutating func hexadecimal(digits: Int) throws(PatternFault) -> ScalarClass.Item {
        var end = position + digits
        let isBraced = digits == 4 && take("{")
        if isBraced { end = scalars[position...].firstIndex(of: "}") ?? position }
        guard end <= scalars.count, end > position,
            let value = UInt32(
                String(String.UnicodeScalarView(scalars[position..<end])), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw fault("an escape of no character") }
        position = isBraced ? end + 1 : end
        return .range(scalar...scalar)
    }
}
