extension Pattern {
    /// Texts that are likely to match, the likeliest first, for documentation. Whoever shows one
    /// asks ``matches(_:)``: word boundaries and the like are not heeded.
    package var examples: [String] {
        var parser = PatternParser(source)
        guard let node = try? parser.parse() else { return [] }
        return [3, 1, 2, 6, 8, 0, 16, 32].compactMap { count in
            var text = ""
            return node.append(to: &text, repeating: count) ? text : nil
        }
    }
}

extension PatternNode {
    /// Writes a text that matches; false where there is none that is not too long.
    fileprivate func append(to text: inout String, repeating count: Int) -> Bool {
        switch self {
        case .empty, .assertion: return true
        case .one(let wanted):
            guard let scalar = wanted.example else { return false }
            text.unicodeScalars.append(scalar)
            return text.unicodeScalars.count <= Self.exampleLengthMax
        case .sequence(let nodes):
            for node in nodes where !node.append(to: &text, repeating: count) { return false }
            return true
        case .choice(let nodes):
            return nodes.first?.append(to: &text, repeating: count) ?? true
        case .repetition(let node, let min, let max):
            for _ in 0..<Swift.min(Swift.max(count, min), max ?? Int.max) {
                let length = text.unicodeScalars.count
                if !node.append(to: &text, repeating: count) { return false }
                // More of nothing is nothing.
                if text.unicodeScalars.count == length { return true }
                if text.unicodeScalars.count > Self.exampleLengthMax { return false }
            }
            return true
        }
    }

    /// No documentation shows more.
    private static let exampleLengthMax = 200
}

extension ScalarClass {
    /// A character of the class, a plain one where there is one.
    fileprivate var example: Unicode.Scalar? {
        if let plain = Self.plain.first(where: contains) { return plain }
        for case .range(let range) in items where !isNegated { return range.lowerBound }
        return nil
    }

    private static let plain = Array("a1AbB0_- .,:/@#+é".unicodeScalars)
}
