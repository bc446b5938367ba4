import Bytes
public import Diagnostics

/// A pattern of PostgreSQL's LIKE and ILIKE (functions-matching.html §9.7.1): `%` is any text, `_`
/// one character (code point), `\` takes the next character literally.
///
/// Pattern and text both come from strangers, so the time is linear, but for parts with `_` between
/// two `%`: they are tried at every character, and the steps charged.
public struct LikePattern: Hashable, Sendable {
    /// What stands before, between and after the `%`, in order; the ends may be empty.
    private let parts: [LikePart]
    private let ignoresCase: Bool

    /// Reads a pattern.
    ///
    /// - Throws: 22025 when it ends in a lone backslash.
    public init(_ pattern: String, ignoresCase: Bool) throws(Problem) {
        let text = ignoresCase ? TextFunctions.lower(pattern) : pattern
        var parts = [LikePart()]
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                parts[parts.count - 1].append(byte)
                isEscaped = false
            } else if byte == ASCII.backslash {
                isEscaped = true
            } else if byte == ASCII.percent {
                if parts.count == 1 || !parts[parts.count - 1].isEmpty { parts.append(LikePart()) }
            } else if byte == ASCII.underscore {
                parts[parts.count - 1].appendAnyCharacter()
            } else {
                parts[parts.count - 1].append(byte)
            }
        }
        if isEscaped { throw .unfinishedEscape }
        for index in parts.indices.dropFirst().dropLast() { parts[index].prepareSearch() }
        self.parts = parts
        self.ignoresCase = ignoresCase
    }

    /// Whether the whole of `text` fits the pattern.
    ///
    /// - Throws: 54001 after `StatementLimits.likeStepsMax` steps.
    public func matches(_ text: String) throws(Problem) -> Bool {
        var left = StatementLimits.likeStepsMax
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
    /// Nothing else interrupts a comparison: `charge` is told of its steps, those of a part with
    /// `_` as they are made, and answers whether to go on. Nil if not.
    public func matches(utf8 text: Span<UInt8>, charge: (_ steps: Int) -> Bool) -> Bool? {
        guard ignoresCase else { return fits(text, charge) }
        guard charge(text.count) else { return nil }
        if text.isASCII {
            var lowered: [UInt8] = []
            lowered.reserveCapacity(text.count)
            for index in text.indices { lowered.append(ASCII.lowercased(text[index])) }
            return fits(lowered.span, charge)
        }
        let lowered = TextFunctions.lower(String(utf8: text))
        return fits(lowered.utf8Span.span, charge)
    }

    /// The first part must stand at the start and the last at the end; for the others the first
    /// place is as good as any.
    private func fits(_ text: Span<UInt8>, _ charge: (_ steps: Int) -> Bool) -> Bool? {
        guard charge(text.count) else { return nil }
        guard var index = parts[0].end(in: text, at: 0) else { return false }
        if parts.count == 1 { return index == text.count }
        guard let end = parts[parts.count - 1].start(in: text), index <= end else { return false }
        for part in parts[1..<(parts.count - 1)] {
            switch part.search(text, index..<end, charge) {
            case .found(let end): index = end
            case .absent: return false
            case .stopped: return nil
            }
        }
        return true
    }
}

extension Problem {
    /// 22025: a pattern ends with a lone backslash.
    public static let unfinishedEscape = Problem(
        code: "22025", status: 400, message: "LIKE pattern must not end with escape character")
}
