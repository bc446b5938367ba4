import Diagnostics

/// Which rows of an answer are wanted: `limit`, `offset` and the `Range` header (rest.md §10.1).
struct Window: Hashable, Sendable {
    var offset = 0
    /// Nil: as many as there are.
    var limit: Int?

    /// The rows both windows ask for.
    func intersected(with other: Window) -> Window {
        let start = max(offset, other.offset)
        let ends = [self, other].compactMap { window in window.limit.map { window.offset + $0 } }
        return Window(offset: start, limit: ends.min().map { max(0, $0 - start) })
    }

    /// The value of `limit` or `offset`: a number cut to what SQLite counts, nil when it is none.
    static func number(_ text: String) -> Int? {
        var digits = Substring(text)
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        let number = min(Int(digits) ?? Limits.windowMax, Limits.windowMax)
        return isNegative ? -number : number
    }

    /// `Range: a-b` or `a-`; any other form is ignored.
    init?(rangeHeader text: String) throws(Problem) {
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let first = Window.number(String(halves[0])), first >= 0 else {
            return nil
        }
        if halves[1].isEmpty {
            self.init(offset: first, limit: nil)
            return
        }
        guard let last = Window.number(String(halves[1])), last >= 0 else { return nil }
        if last < first { throw .reversedRange }
        self.init(offset: first, limit: last - first + 1)
    }

    init(offset: Int = 0, limit: Int? = nil) {
        self.offset = offset
        self.limit = limit
    }
}
