/// A token of a statement of PostgreSQL's.
struct ScriptToken: Hashable, Sendable {
    /// What it is.
    enum Kind: Hashable, Sendable {
        /// A bare word, in lower case.
        case word(String)
        /// A name in double quotes, without them.
        case name(String)
        /// The text that a constant means.
        case text(String)
        /// A number as it was written.
        case number(String)
        /// An operator or a sign.
        case symbol(String)
        /// `$1`.
        case parameter(Int)
        case end
    }

    let kind: Kind
    /// Where it begins, in bytes.
    let offset: Int
    /// Where it ends, in bytes.
    let end: Int

    /// What it names, as a word or in quotes; nil for anything else.
    var identifier: String? {
        switch kind {
        case .word(let text), .name(let text): text
        case .text, .number, .symbol, .parameter, .end: nil
        }
    }

    func isWord(_ word: String) -> Bool { kind == .word(word) }
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
}

/// What is wrong with a script, and where.
struct ScriptFault: Error, Hashable, Sendable {
    let message: String
    /// In bytes of the statement.
    let offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }
}
