/// A part of a regular expression.
indirect enum PatternNode: Sendable {
    case empty
    case one(ScalarClass)
    case assertion(Assertion)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// `max` nil: without end.
    case repetition(PatternNode, min: Int, max: Int?)

    /// What holds between two characters.
    enum Assertion: Sendable {
        case start, end, wordBoundary, noWordBoundary

        func holds(before: Unicode.Scalar?, after: Unicode.Scalar?) -> Bool {
            switch self {
            case .start: before == nil
            case .end: after == nil
            case .wordBoundary: Self.isWord(before) != Self.isWord(after)
            case .noWordBoundary: Self.isWord(before) == Self.isWord(after)
            }
        }

        private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
            scalar.map(ScalarClass.Item.word.contains) ?? false
        }
    }
}

/// A set of characters.
struct ScalarClass: Sendable {
    indirect enum Item: Sendable {
        case range(ClosedRange<Unicode.Scalar>)
        case digit, word, space
        /// `\p{L}`: general categories by the start of their short names.
        case category(String)
        case not(Item)

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .range(let range): range.contains(scalar)
            case .digit: ("0"..."9").contains(scalar)
            case .word:
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                    || ("0"..."9").contains(scalar) || scalar == "_"
            case .space: scalar.properties.isWhitespace || scalar == "\u{FEFF}"
            case .category(let name):
                scalar.properties.generalCategory.shortName.hasPrefix(name)
            case .not(let item): !item.contains(scalar)
            }
        }
    }

    var items: [Item] = []
    var isNegated = false

    /// `.`: anything but the end of a line.
    static let anyInLine = ScalarClass(
        items: [
            .range("\n"..."\n"), .range("\r"..."\r"), .range("\u{2028}"..."\u{2029}"),
        ], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        items.contains { $0.contains(scalar) } != isNegated
    }
}

extension Unicode.GeneralCategory {
    /// The names of UAX #44 table 12: a group's is the start of its members'.
    static let names: Set<String> = [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
        "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp",
    ]

    /// Empty for the categories that patterns do not name.
    var shortName: String {
        switch self {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control, .format, .surrogate, .privateUse, .unassigned: ""
        @unknown default: ""
        }
    }
}
