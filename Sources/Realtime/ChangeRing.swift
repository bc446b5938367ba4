internal import Database

/// The newest changes of the log, bounded by number and by bytes. A socket that falls behind is a
/// position in here, not a queue; a position older than the ring means that the client must read
/// again.
struct ChangeRing {
    private let changesMax: Int
    private let bytesMax: Int
    /// Changes in ascending order; slots before `first` are nil and are cut off now and then.
    private var slots: [Change?] = []
    private var first = 0
    private var bytes = 0
    /// The newest sequence that has left the ring; everything after it is still here.
    private(set) var evictedThrough = Int64.min

    /// An empty ring. At least one change is kept whatever its size.
    init(changesMax: Int, bytesMax: Int) {
        self.changesMax = max(changesMax, 1)
        self.bytesMax = bytesMax
    }

    /// How many changes are kept.
    var count: Int { slots.count - first }

    /// Adds a change with a higher sequence than all before.
    mutating func append(_ change: Change) {
        slots.append(change)
        bytes += Self.size(of: change)
        while count > changesMax || (bytes > bytesMax && count > 1) { evict() }
        if first > 64, first > slots.count / 2 {
            slots.removeFirst(first)
            first = 0
        }
    }

    /// Forgets all changes: positions up to `sequence` can no longer catch up.
    mutating func clear(through sequence: Int64) {
        slots.removeAll(keepingCapacity: true)
        first = 0
        bytes = 0
        evictedThrough = max(evictedThrough, sequence)
    }

    /// The first change after a sequence; nil if there is none. O(log n).
    func next(after sequence: Int64) -> Change? {
        var low = first
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if let change = slots[middle], change.sequence > sequence {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low < slots.count ? slots[low] : nil
    }

    /// The changes of a transaction that are still here. A transaction bears the number of its
    /// first change, and its changes follow one another.
    func changes(of transaction: Int64) -> [Change] {
        var found: [Change] = []
        var change = next(after: transaction - 1)
        while let member = change, member.transaction == transaction {
            found.append(member)
            change = next(after: member.sequence)
        }
        return found
    }

    private mutating func evict() {
        guard let oldest = slots[first] else { return }
        bytes -= Self.size(of: oldest)
        evictedThrough = oldest.sequence
        slots[first] = nil
        first += 1
    }

    /// Bytes of the images as text, and as much again for the values.
    private static func size(of change: Change) -> Int {
        256 + 2 * ((change.new?.json.count ?? 0) + (change.old?.json.count ?? 0))
    }
}
