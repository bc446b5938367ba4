/// Turns byte offsets of a text into lines and columns, for messages that people read.
public struct LineMap: Sendable {
    private let source: [UInt8]
    private let lineStarts: [Int]

    /// Indexes the lines of `source` (lines end with LF).
    public init(_ source: [UInt8]) {
        self.source = source
        var starts = [0]
        for (index, byte) in source.enumerated() where byte == ASCII.lf { starts.append(index + 1) }
        lineStarts = starts
    }

    /// The line and column of a byte, both from 1; columns count characters (code points).
    public func position(of offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let end = min(max(offset, lineStarts[low]), source.count)
        let column = source[lineStarts[low]..<end].count { $0 & 0xC0 != 0x80 }
        return (low + 1, column + 1)
    }
}
