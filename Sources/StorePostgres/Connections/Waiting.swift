import Quotas

/// What waits for a connection of one lane, fair between sites and their callers by the time that
/// their units take; those of one caller come in their order.
struct Waiting {
    enum Entry {
        case unit(UnitRun)
        case loan(LoanRequest)

        var deadline: UInt64 {
            switch self {
            case .unit(let run): run.deadline
            case .loan(let request): request.deadline
            }
        }

        /// The table that it writes.
        var table: String? {
            switch self {
            case .unit(let run): run.table
            case .loan: nil
            }
        }

        /// Whether it is a unit that was submitted by a moment.
        func wasSubmitted(by moment: UInt64) -> Bool {
            switch self {
            case .unit(let run): run.submitted <= moment
            case .loan: false
            }
        }

        /// Whether nobody waits for it any more.
        var isWithdrawn: Bool {
            switch self {
            case .unit(let run): run.phase == .over
            case .loan: false
            }
        }

        /// Who wants it.
        var caller: Caller {
            switch self {
            case .unit(let run): run.caller
            case .loan: .server
            }
        }

        func fail(_ failure: UnitFailure) {
            switch self {
            case .unit(let run): run.tell(.failure(failure))
            case .loan(let request): request.completion(.failure(failure))
            }
        }
    }

    /// Those that have waited before, in their order.
    private var again: [Entry] = []
    private var queue = FairQueue<Entry>()

    /// How many wait, those included that have been withdrawn and not been met yet.
    var count: Int { again.count + queue.count }
    var isEmpty: Bool { count == 0 }

    /// Those that wait as a caller comes with more; no share counts who has waited before.
    func use(by caller: Caller) -> ShareUse {
        queue.use(by: caller) + ShareUse(total: again.count, each: 0, site: nil)
    }

    mutating func append(_ entry: Entry) { queue.append(entry, of: entry.caller) }

    /// Puts one in front of all others: it has waited before.
    mutating func prepend(_ entry: Entry) { again.insert(entry, at: 0) }

    /// The next one that satisfies a condition.
    mutating func popFirst(where isWanted: (Entry) -> Bool) -> Entry? {
        again.removeAll(where: \.isWithdrawn)
        if let index = again.firstIndex(where: isWanted) { return again.remove(at: index) }
        while let (entry, _) = queue.popFirst(ofWhich: { $0.isWithdrawn || isWanted($0) }) {
            if !entry.isWithdrawn { return entry }
        }
        return nil
    }

    /// Says how many milliseconds a unit of a caller has taken.
    mutating func charge(_ milliseconds: UInt64, to caller: Caller) {
        queue.charge(milliseconds, to: caller)
    }

    /// Takes out those that satisfy a condition, and drops those that have been withdrawn.
    mutating func remove(where isWanted: (Entry) -> Bool) -> [Entry] {
        again.removeAll(where: \.isWithdrawn)
        var removed = again.filter(isWanted)
        again.removeAll(where: isWanted)
        queue.removeAll { entry in
            if entry.isWithdrawn { return true }
            guard isWanted(entry) else { return false }
            removed.append(entry)
            return true
        }
        return removed
    }

    /// Whether one satisfies a condition that has not been withdrawn.
    func contains(where isWanted: (Entry) -> Bool) -> Bool {
        again.contains { !$0.isWithdrawn && isWanted($0) }
            || queue.contains { !$0.isWithdrawn && isWanted($0) }
    }

    /// Drops those that have been withdrawn.
    mutating func dropWithdrawn() { _ = remove { _ in false } }

    /// The earliest end of somebody's time.
    var firstDeadline: UInt64? {
        var first = again.map(\.deadline).min()
        queue.forEach { first = min(first ?? .max, $0.deadline) }
        return first
    }
}

/// A caller that wants a connection of its own.
struct LoanRequest {
    let deadline: UInt64
    let completion: (Result<LentConnection, UnitFailure>) -> Void
}
