import Bytes
import Database

/// The functions of text that SQL calls by the names `apus_…`.
enum TextFunction {
    static func isLike(_ text: String, _ pattern: String, ignoresCase: Bool) -> Bool {
        let text = Array((ignoresCase ? text.lowercased() : text).unicodeScalars)
        let pattern = Array((ignoresCase ? pattern.lowercased() : pattern).unicodeScalars)
        return matches(text[...], pattern[...])
    }

    private static func matches(
        _ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>
    ) -> Bool {
        var (text, pattern) = (text, pattern)
        while let next = pattern.popFirst() {
            if next == "%" {
                if pattern.isEmpty { return true }
                return (text.startIndex...text.endIndex).contains { matches(text[$0...], pattern) }
            }
            guard let scalar = text.popFirst() else { return false }
            if next == "_" { continue }
            if next == "\\", let literal = pattern.popFirst() {
                if scalar != literal { return false }
            } else if scalar != next {
                return false
            }
        }
        return text.isEmpty
    }

    static func lower(_ text: String) -> String { text.lowercased() }

    static func upper(_ text: String) -> String { text.uppercased() }
}
