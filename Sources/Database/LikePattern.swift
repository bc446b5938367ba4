import Bytes
public import Diagnostics

/// A pattern of PostgreSQL's LIKE and ILIKE (functions-matching.html §9.7.1): `%` is any text, `_`
/// one character (code point), `\` takes the next character literally.
public struct LikePattern: Hashable, Sendable {
    private enum Piece: Hashable {
        case byte(UInt8)
        case anyCharacter
        case anyText
    }

    private let pieces: [Piece]
    private let ignoresCase: Bool

    /// Reads a pattern.
    ///
    /// - Throws: 22025 when it ends in a lone backslash.
    public init(_ pattern: String, ignoresCase: Bool) throws(Problem) {
        let text = ignoresCase ? SQLFunctions.lower(pattern) : pattern
        var pieces: [Piece] = []
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                pieces.append(.byte(byte))
                isEscaped = false
            } else if byte == ASCII.backslash {
                isEscaped = true
            } else if byte == ASCII.percent {
                if pieces.last != .anyText { pieces.append(.anyText) }
            } else {
                pieces.append(byte == ASCII.underscore ? .anyCharacter : .byte(byte))
            }
        }
        if isEscaped {
            throw Problem(
                code: "22025", status: 400,
                message: "LIKE pattern must not end with escape character")
        }
        self.pieces = pieces
        self.ignoresCase = ignoresCase
    }

    /// Whether the whole of `text` fits the pattern.
    ///
    /// - Throws: 54001 after `DatabaseLimits.likeStepsMax` steps.
    public func matches(_ text: String) throws(Problem) -> Bool {
        var left = DatabaseLimits.likeStepsMax
        let verdict = matches(utf8: text.utf8Span.span) { steps in
            left -= steps
            return left >= 0
        }
        guard let verdict else {
            throw Problem(
                code: "54001", status: 400, message: "LIKE pattern is too complex for a text")
        }
        return verdict
    }

    /// Whether the whole of the UTF-8 text fits the pattern.
    ///
    /// A long pattern on a long text takes pattern × text steps, which is minutes for a few
    /// megabytes: `charge` is told of the steps as they are made and answers whether to go on. Nil
    /// if not.
    func matches(utf8 text: Span<UInt8>, charge: (_ steps: Int) -> Bool) -> Bool? {
        guard ignoresCase else { return fits(text, charge) }
        guard charge(text.count) else { return nil }
        if isASCII(text) {
            var lowered: [UInt8] = []
            lowered.reserveCapacity(text.count)
            for index in text.indices { lowered.append(ASCII.lowercased(text[index])) }
            return fits(lowered.span, charge)
        }
        let lowered = String(utf8: text).lowercased()
        return fits(lowered.utf8Span.span, charge)
    }

    /// Goes back only to the last `%`: at most pattern × text steps, whatever the pattern.
    private func fits(_ text: Span<UInt8>, _ charge: (_ steps: Int) -> Bool) -> Bool? {
        var steps = 0
        var piece = 0
        var index = 0
        var retry: (piece: Int, index: Int)?
        while index < text.count {
            steps += 1
            if steps == Self.stepsPerCharge {
                guard charge(steps) else { return nil }
                steps = 0
            }
            if piece < pieces.count {
                switch pieces[piece] {
                case .byte(let byte) where byte == text[index]:
                    piece += 1
                    index += 1
                    continue
                case .anyCharacter:
                    piece += 1
                    index = endOfCharacter(text, index)
                    continue
                case .anyText:
                    piece += 1
                    retry = (piece, index)
                    continue
                case .byte: break
                }
            }
            guard let again = retry else { return charge(steps) ? false : nil }
            index = endOfCharacter(text, again.index)
            piece = again.piece
            retry = (piece, index)
        }
        while piece < pieces.count, pieces[piece] == .anyText { piece += 1 }
        return charge(steps) ? piece == pieces.count : nil
    }

    private static let stepsPerCharge = 4_096

    private func endOfCharacter(_ text: Span<UInt8>, _ start: Int) -> Int {
        var index = start + 1
        while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
        return index
    }
}

/// Whether no byte is beyond ASCII.
func isASCII(_ text: Span<UInt8>) -> Bool {
    for index in text.indices where text[index] >= 0x80 { return false }
    return true
}
