/// A word of an expression.
struct Token: Equatable {
    enum Kind: Equatable {
        /// A name; keywords are names until the parser asks. The text as written.
        case name(String)
        /// A name in double quotes, never a keyword.
        case quotedName(String)
        /// A text in single quotes, decoded.
        case text(String)
        /// A number as written, without sign.
        case number(String)
        /// An operator or punctuation mark.
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Where it starts, in bytes.
    let offset: Int

    /// How a message names it.
    var spelling: String {
        switch kind {
        case .name(let name): "\"\(name)\""
        case .quotedName(let name): "\"\(name)\""
        case .text(let text): "'\(text)'"
        case .number(let text): text
        case .symbol(let symbol): "\"\(symbol)\""
        case .end: "the end"
        }
    }
}

/// A fault in an expression's text, at a byte of it.
struct RuleFault: Error {
    let message: String
    let offset: Int
    var suggestion: String?
}
