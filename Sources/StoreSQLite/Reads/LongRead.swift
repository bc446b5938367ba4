import Diagnostics
import Store
import Synchronization

/// An answer that leaves in parts, straight from its snapshot: between two parts no thread waits
/// for whoever reads it. Letting go of it ends it.
final class LongRead: RowStream {
    private let parts: PartMaker
    private let longReads: LongReads
    private let first: Mutex<ArraySlice<UInt8>>

    init(_ parts: PartMaker, first: [UInt8], of longReads: LongReads) {
        self.parts = parts
        self.longReads = longReads
        // A copy of just its bytes: the array has grown by doubling.
        self.first = Mutex(Array(first[...])[...])
    }

    deinit { longReads.remove(parts) }

    /// How long it may hold its snapshot. Whoever sends the answer keeps to it.
    var timeMax: Duration { longReads.timeMax }

    /// The next part, about `DatabaseLimits.partBytes` long; nil at the end. To be called by one
    /// task at a time, whose cancellation ends the read.
    ///
    /// - Throws: 57014 when the statement has used up its time, which runs only while parts are
    ///   made; what the database reports; 57P03 after `close`.
    func next() async throws(Problem) -> [UInt8]? {
        let part = first.withLock { first in
            let part = first.prefix(DatabaseLimits.partBytes)
            first = first.dropFirst(part.count)
            return Array(part)
        }
        return part.isEmpty ? try await longReads.nextPart(of: parts) : part
    }
}
