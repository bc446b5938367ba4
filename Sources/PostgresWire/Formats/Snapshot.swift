/// Which transactions a statement sees (`pg_snapshot`).
public struct Snapshot: Hashable, Sendable {
    /// All below are over.
    public let xmin: UInt64
    /// None from here on had begun.
    public let xmax: UInt64
    /// Those in between that were still running, rising.
    public let running: [UInt64]

    /// A snapshot; nil when its numbers are out of order.
    public init?(xmin: UInt64, xmax: UInt64, running: [UInt64]) {
        guard xmin > 0, xmin <= xmax else { return nil }
        var least = xmin
        for xid in running {
            guard xid >= least, xid < xmax else { return nil }
            least = xid + 1
        }
        self.xmin = xmin
        self.xmax = xmax
        self.running = running
    }

    /// Whether what a transaction has committed is seen.
    public func sees(_ xid: UInt64) -> Bool {
        if xid < xmin { return true }
        if xid >= xmax { return false }
        var low = 0
        var high = running.count
        while low < high {
            let middle = (low + high) / 2
            if running[middle] == xid { return false }
            if running[middle] < xid { low = middle + 1 } else { high = middle }
        }
        return true
    }
}

extension Binary {
    /// A `pg_snapshot`: count (4), xmin (8), xmax (8), the running ones (8 each).
    public static func snapshot(_ bytes: Span<UInt8>) throws(FormatFault) -> Snapshot {
        guard bytes.count >= 20 else { throw .wrongSize(bytes.count, type: .snapshot) }
        let count = Int(bytes.bigEndian(at: 0, as: Int32.self))
        guard count >= 0, bytes.count == 20 + 8 * count else {
            throw .wrongSize(bytes.count, type: .snapshot)
        }
        let snapshot = Snapshot(
            xmin: bytes.bigEndian(at: 4, as: UInt64.self),
            xmax: bytes.bigEndian(at: 12, as: UInt64.self),
            running: (0..<count).map { bytes.bigEndian(at: 20 + 8 * $0, as: UInt64.self) })
        guard let snapshot else { throw .malformed(.snapshot) }
        return snapshot
    }
}
