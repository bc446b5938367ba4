import Bytes

/// A regular expression of a model file, compiled once. As in JSON Schema it is ECMA-262's, need
/// not match the whole text, and its characters are Unicode scalars.
///
/// Whoever may send a row chooses the text, before any rule has been asked, so the time must have a
/// bound: all ways through the expression are followed at once (Thompson, Programming Techniques,
/// CACM 11(6), 1968), which costs at most instructions × characters. Lookaround and references back
/// cannot be matched so and are refused when the file is read.
public final class Pattern: Sendable {
    /// The expression as written.
    public let source: String
    private let program: PatternProgram

    /// Compiles `source`.
    ///
    /// - Throws: ``PatternFault`` with what is wrong with it.
    public init(_ source: String) throws(PatternFault) {
        self.source = source
        var parser = PatternParser(source)
        program = try PatternProgram(try parser.parse())
    }

    /// Whether the pattern occurs in `text`. A text over the input limit does not match.
    public func matches(_ text: String) -> Bool {
        guard text.utf8.count <= SchemaLimits.patternInputBytesMax else { return false }
        return program.occurs(in: Array(text.unicodeScalars))
    }
}

/// Why a text is no pattern.
public struct PatternFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and where.
    public let description: String
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
