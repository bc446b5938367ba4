import Bytes
import Synchronization

/// A regular expression of a model file, compiled once. As in JSON Schema it need not match the
/// whole text; characters are Unicode scalars.
public final class Pattern: Sendable {
    /// The expression as written.
    public let source: String
    private let regex: Mutex<Regex<AnyRegexOutput>>

    /// Compiles `source`. Throws what the compiler of regular expressions says of it.
    public init(_ source: String) throws {
        self.source = source
        let compiled = try Regex(source).matchingSemantics(.unicodeScalar)
        regex = Mutex(compiled)
    }

    /// Whether the pattern occurs in `text`. A text over the input limit does not match: the
    /// matcher backtracks, and its time has no bound in the length.
    public func matches(_ text: String) -> Bool {
        guard text.utf8.count <= Limits.patternInputBytesMax else { return false }
        return regex.withLock { ((try? $0.firstMatch(in: text)) ?? nil) != nil }
    }
}

extension FileReader {
    /// A pattern; nil, reported, when it is no regular expression.
    func pattern(_ value: JSONValue) -> Pattern? {
        do {
            return try Pattern(value.string ?? "")
        } catch {
            fault("this is not a regular expression: \(error)", at: value)
            return nil
        }
    }
}
