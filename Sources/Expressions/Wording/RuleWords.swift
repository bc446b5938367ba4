/// A rule in plain English, for documentation.
public struct RuleWords: Hashable, Sendable {
    /// A part of a sentence.
    public enum Piece: Hashable, Sendable {
        /// Words of the language.
        case text(String)
        /// A name or a value, as it is written.
        case code(String)
    }

    /// Clauses of which at least one has to hold.
    public let choices: [[Piece]]
}

extension [RuleWords.Piece] {
    /// The pieces one behind the other, names and values between backquotes.
    public var plain: String {
        map { piece in
            switch piece {
            case .text(let text): text
            case .code(let code): "`\(code)`"
            }
        }.joined()
    }
}

/// What a rule says about whom.
public enum WordedRule: Hashable, Sendable {
    case everybody
    /// Nobody but the service role.
    case nobody
    case rows(RuleWords)
    /// What has no words, as it was written.
    case written(String)
}
