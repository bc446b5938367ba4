import Store

/// The newest changes of the log, bounded by number and by bytes. A socket that falls behind is a
/// position in here, not a queue; a position older than the ring means that the client must read
/// again.
struct ChangeRing {
    /// A change, and for whom it waits here.
    struct Entry {
        let change: Change
        /// The audiences that may hear of it and that had members which were not fed, ascending.
        let missed: [Missed]
    }

    /// An audience that was told of a change while some of its members were behind. That it may
    /// hear of it was decided when the change was published, and is not asked again: by the time a
    /// member catches up, the models that rules read are others.
    struct Missed {
        let audience: Audience.Number
        /// Whether the whole old row may be shown.
        let showsOld: Bool
        /// The listeners that hear of it.
        let listeners: ContiguousArray<Listener>
    }

    private let changesMax: Int
    private let bytesMax: Int
    /// Changes in ascending order; slots before `first` are nil and are cut off now and then.
    private var slots: [Entry?] = []
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

    /// Adds a change with a higher sequence than all before, and the audiences that missed it, in
    /// any order.
    mutating func append(_ change: Change, missedBy missed: [Missed] = []) {
        let entry = Entry(change: change, missed: missed.sorted { $0.audience < $1.audience })
        slots.append(entry)
        bytes += entry.size
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

    /// Forgets all changes and their numbers: those that come may be lower.
    mutating func restart() {
        clear(through: .min)
        evictedThrough = .min
    }

    /// The first change after a sequence; nil if there is none. O(log n).
    func next(after sequence: Int64) -> Entry? {
        var low = first
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if let entry = slots[middle], entry.change.sequence > sequence {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low < slots.count ? slots[low] : nil
    }

    private mutating func evict() {
        guard let oldest = slots[first] else { return }
        bytes -= oldest.size
        evictedThrough = oldest.change.sequence
        slots[first] = nil
        first += 1
    }
}

extension ChangeRing.Entry {
    /// What an audience missed of this change; nil if it missed nothing. O(log n).
    func missed(by audience: Audience.Number) -> ChangeRing.Missed? {
        var low = 0
        var high = missed.count
        while low < high {
            let middle = (low + high) / 2
            if missed[middle].audience < audience { low = middle + 1 } else { high = middle }
        }
        return low < missed.count && missed[low].audience == audience ? missed[low] : nil
    }

    /// Bytes of the change and of the audiences.
    fileprivate var size: Int {
        missed.reduce(change.byteCount) {
            $0 + MemoryLayout<ChangeRing.Missed>.stride + 8 * $1.listeners.count
        }
    }
}
