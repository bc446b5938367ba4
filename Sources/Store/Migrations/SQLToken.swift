/// A token of SQL text, as ``SQLLexer`` cuts it by an engine's rules.
public struct SQLToken: Hashable, Sendable {
    /// What a token is.
    public enum Kind: Hashable, Sendable {
        /// A keyword or an identifier without quotes.
        case word
        /// An identifier in quotes, quotes removed.
        case quoted
        /// A constant in quotes, with all that belongs to it.
        case literal
        /// A constant that begins with a digit.
        case number
        /// Anything else.
        case symbol
    }

    /// What it is.
    public let kind: Kind
    /// Its text; words are in lower case, since engines do not tell their cases apart.
    public let text: String
    /// The same as the source has it, without quotes.
    public let spelled: String
    /// Where it starts in the source, in bytes.
    public let offset: Int
    /// Where it ends.
    public let end: Int

    /// A token.
    ///
    /// - Parameter spelled: as the source has it; nil for the same as `text`.
    public init(kind: Kind, text: String, spelled: String? = nil, offset: Int, end: Int) {
        self.kind = kind
        self.text = text
        self.spelled = spelled ?? text
        self.offset = offset
        self.end = end
    }

    /// Whether this is the keyword `word`, given in lower case.
    public func isWord(_ word: String) -> Bool { kind == .word && text == word }

    /// Whether this is the symbol `symbol`.
    public func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

    /// What it names, in lower case; nil for what names nothing.
    public func name(by rules: LexicalRules) -> String? {
        switch kind {
        case .word: text
        case .quoted: text.lowercased()
        case .literal where rules.readsLiteralsAsNames:
            text.drop { $0 != "'" }.dropFirst().prefix { $0 != "'" }.lowercased()
        case .literal: nil
        case .number, .symbol: nil
        }
    }
}
