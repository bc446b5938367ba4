/// A part of a LIKE pattern without `%`: bytes, and places where any one character stands.
struct LikePart: Hashable, Sendable {
    /// The bytes; nil for any character.
    private var pieces: [UInt8?] = []
    private var isLiteral = true
    /// For a literal part that is searched for: how much of it is still matched when the byte after
    /// the first n fails (Knuth, Morris, Pratt, SIAM J. Comput. 6(2), 1977).
    private var fallbacks: [Int] = []

    var isEmpty: Bool { pieces.isEmpty }

    mutating func append(_ byte: UInt8) { pieces.append(byte) }

    mutating func appendAnyCharacter() {
        pieces.append(nil)
        isLiteral = false
    }

    /// Must be called before ``search(_:_:_:)``.
    mutating func prepareSearch() {
        guard isLiteral else { return }
        fallbacks = [Int](repeating: 0, count: pieces.count)
        var matched = 0
        for index in pieces.indices.dropFirst() {
            while matched > 0, pieces[index] != pieces[matched] { matched = fallbacks[matched - 1] }
            if pieces[index] == pieces[matched] { matched += 1 }
            fallbacks[index] = matched
        }
    }

    /// Where the part ends if it stands at `start`.
    func end(in text: Span<UInt8>, at start: Int) -> Int? {
        var index = start
        for piece in pieces {
            guard index < text.count else { return nil }
            if let piece {
                guard text[index] == piece else { return nil }
                index += 1
            } else {
                index = Self.endOfCharacter(text, index)
            }
        }
        return index
    }

    /// Where the part starts if it stands at the end of the text.
    func start(in text: Span<UInt8>) -> Int? {
        var index = text.count
        for piece in pieces.reversed() {
            guard index > 0 else { return nil }
            index -= 1
            if let piece {
                guard text[index] == piece else { return nil }
            } else {
                while index > 0, Self.isContinuation(text[index]) { index -= 1 }
            }
        }
        return index
    }

    /// What became of a search.
    enum Verdict {
        /// The first occurrence ends here.
        case found(end: Int)
        case absent
        /// `charge` did not allow more steps.
        case stopped
    }

    /// Looks for the part in `range`. The steps beyond one for each byte are charged.
    func search(
        _ text: Span<UInt8>, _ range: Range<Int>, _ charge: (_ steps: Int) -> Bool
    ) -> Verdict {
        if isLiteral {
            return firstEndOfLiteral(in: text, range).map { .found(end: $0) } ?? .absent
        }
        var start = range.lowerBound
        var steps = 0
        while start < range.upperBound {
            if let end = end(in: text, at: start) {
                guard charge(steps) else { return .stopped }
                return end <= range.upperBound ? .found(end: end) : .absent
            }
            steps += pieces.count
            if steps >= Self.stepsPerCharge {
                guard charge(steps) else { return .stopped }
                steps = 0
            }
            start = Self.endOfCharacter(text, start)
        }
        return charge(steps) ? .absent : .stopped
    }

    private static let stepsPerCharge = 4_096

    private func firstEndOfLiteral(in text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var matched = 0
        for index in range {
            while matched > 0, pieces[matched] != text[index] { matched = fallbacks[matched - 1] }
            if pieces[matched] == text[index] { matched += 1 }
            if matched == pieces.count { return index + 1 }
        }
        return nil
    }

    private static func endOfCharacter(_ text: Span<UInt8>, _ start: Int) -> Int {
        var index = start + 1
        while index < text.count, isContinuation(text[index]) { index += 1 }
        return index
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
