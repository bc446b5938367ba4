import Schema

/// Texts that bounds allow.
enum ExampleText {
    /// Texts to try, the most telling first.
    static func candidates(_ bounds: Bounds, called name: String) -> [String] {
        let words = name.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ").lowercased()
        var texts = ["Example \(words)", "example", "Example", words, "ada@example.org", "1"]
        texts += ["https://example.org/", "en", "EUR", "ab12", "#112233", "2026-01-31"]
        texts += bounds.pattern?.examples ?? []
        let pattern = bounds.pattern
        // What a pattern does not allow has no need to be made long or short.
        let allowed = pattern.map { pattern in texts.filter(pattern.matches) } ?? texts
        return allowed + allowed.map { fitted($0, bounds.length) }
    }

    /// The text, shortened or repeated to the length that it has to have.
    private static func fitted(_ text: String, _ length: CountRange) -> String {
        var scalars = Array(text.unicodeScalars)
        let wanted = min(length.min ?? 0, lengthMax)
        while !scalars.isEmpty, scalars.count < wanted { scalars += Array(text.unicodeScalars) }
        var fitted = String.UnicodeScalarView()
        fitted.append(contentsOf: scalars.prefix(length.max ?? scalars.count))
        return String(fitted)
    }

    /// The longest text that a page shows.
    private static let lengthMax = 4_000
}
