/// How an engine spells the tokens of SQL: where ``SQLLexer`` finds the end of each.
public struct LexicalRules: Sendable {
    /// What stands right before the quote of a constant that is more than a text.
    public struct Prefix: Sendable {
        /// Its bytes, letters in lower case; either case is read.
        public let bytes: [UInt8]
        /// Whether a backslash takes away the meaning of what follows it.
        public let escapes: Bool

        /// A prefix.
        public init(_ text: StaticString, escapes: Bool = false) {
            bytes = Array("\(text)".utf8)
            self.escapes = escapes
        }
    }

    /// The quotes around names.
    public struct NameQuotes: Sendable {
        /// The first.
        public let opening: UInt8
        /// The last.
        public let closing: UInt8
        /// Whether two of the last stand for one inside.
        public var doubles: Bool { opening == closing }

        /// A pair.
        public init(_ opening: Unicode.Scalar, _ closing: Unicode.Scalar) {
            self.opening = UInt8(ascii: opening)
            self.closing = UInt8(ascii: closing)
        }
    }

    /// What may stand before the quote of a constant.
    public let prefixes: [Prefix]
    /// How names are quoted.
    public let nameQuotes: [NameQuotes]
    /// Words, in lower case, that name nothing unless they stand in quotes.
    public let reservedWords: Set<String>
    /// Whether names in quotes are the same in any case: they are put in lower case.
    public let foldsQuotedNames: Bool
    /// Whether a constant names something where a name has to stand.
    public let readsLiteralsAsNames: Bool
    /// Whether a comment may stand in a comment.
    public let nestsComments: Bool
    /// Whether what stands between `$$` or `$tag$` is a constant. A word begins with no dollar
    /// then.
    public let quotesWithDollars: Bool
    /// Whether a byte order mark is a blank wherever a token may start, and not only at the head.
    public let skipsByteOrderMarks: Bool
    /// The symbols that are more than one byte, no one before another that begins with it.
    public let longSymbols: [String]
    let longSymbolStarts: [UInt8]

    /// The rules of an engine.
    public init(
        prefixes: [Prefix], nameQuotes: [NameQuotes], reservedWords: Set<String> = [],
        foldsQuotedNames: Bool = false, readsLiteralsAsNames: Bool = false,
        nestsComments: Bool = false,
        quotesWithDollars: Bool = false, skipsByteOrderMarks: Bool = false,
        longSymbols: [String] = []
    ) {
        self.prefixes = prefixes
        self.nameQuotes = nameQuotes
        self.reservedWords = reservedWords
        self.foldsQuotedNames = foldsQuotedNames
        self.readsLiteralsAsNames = readsLiteralsAsNames
        self.nestsComments = nestsComments
        self.quotesWithDollars = quotesWithDollars
        self.skipsByteOrderMarks = skipsByteOrderMarks
        self.longSymbols = longSymbols
        longSymbolStarts = longSymbols.compactMap(\.utf8.first)
    }
}
