import Bytes

/// Which rows of an answer are wanted: `limit`, `offset` and the `Range` header (rest.md §10.1).
public struct Window: Hashable, Sendable {
    /// How many rows are left out.
    public var offset: Int
    /// How many are wanted; nil: as many as there are.
    public var limit: Int?

    /// The rows from `offset` on.
    public init(offset: Int = 0, limit: Int? = nil) {
        self.offset = offset
        self.limit = limit
    }

    /// `Range: a-b` or `a-`; any other form is ignored.
    ///
    /// - Throws: ``QueryFault/reversedRange``.
    public init?(rangeHeader text: String) throws(QueryFault) {
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let first = Self.number(String(halves[0])), first >= 0 else {
            return nil
        }
        if halves[1].isEmpty {
            self.init(offset: first, limit: nil)
            return
        }
        guard let last = Self.number(String(halves[1])), last >= 0 else { return nil }
        if last < first { throw .reversedRange }
        self.init(offset: first, limit: last - first + 1)
    }

    /// The rows both windows ask for.
    public func intersected(with other: Window) -> Window {
        let start = max(offset, other.offset)
        let ends = [self, other].compactMap { window in window.limit.map { window.offset + $0 } }
        return Window(offset: start, limit: ends.min().map { max(0, $0 - start) })
    }

    /// The value of `limit` or `offset`: cut to what the store counts, nil when it is no number.
    static func number(_ text: String) -> Int? {
        var digits = Substring(text)
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        let number = min(Int(digits) ?? QueryLimits.windowMax, QueryLimits.windowMax)
        return isNegative ? -number : number
    }
}
