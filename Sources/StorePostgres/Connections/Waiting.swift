import Quotas

/// What waits for a connection of one lane, in the order it came.
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

    private var entries: [Entry] = []
    /// Entries at the front that are gone.
    private var head = 0
    /// When callers have had their last turn, counted in turns.
    private var lastTurns: [Caller: UInt64] = [:]
    private var turnCount: UInt64 = 0

    /// How many wait, those included that have been withdrawn and not been met yet.
    var count: Int { entries.count - head }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ entry: Entry) { entries.append(entry) }

    /// Puts one in front of all others: it has waited before.
    mutating func prepend(_ entry: Entry) {
        if head > 0 {
            head -= 1
            entries[head] = entry
        } else {
            entries.insert(entry, at: 0)
        }
    }

    /// The one that has waited longest.
    mutating func popFirst() -> Entry? {
        while head < entries.count {
            let entry = entries[head]
            head += 1
            if head == entries.count {
                entries.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= 64, head > entries.count / 2 {
                entries.removeFirst(head)
                head = 0
            }
            if !entry.isWithdrawn { return entry }
        }
        return nil
    }

    /// The one that has waited longest of those that satisfy a condition.
    mutating func popFirst(where isWanted: (Entry) -> Bool) -> Entry? {
        if let first = entries.dropFirst(head).first, !first.isWithdrawn, isWanted(first) {
            return popFirst()
        }
        dropWithdrawn()
        return entries.firstIndex(where: isWanted).map { entries.remove(at: $0) }
    }

    /// The one whose caller has not had a turn for longest, and of his the one that has waited
    /// longest.
    mutating func popInTurn() -> Entry? {
        dropWithdrawn()
        let lastTurn = { [lastTurns] (entry: Entry) in lastTurns[entry.caller] ?? 0 }
        let next = entries.indices.min { lastTurn(entries[$0]) < lastTurn(entries[$1]) }
        guard let next else { return nil }
        let entry = entries.remove(at: next)
        turnCount += 1
        lastTurns[entry.caller] = turnCount
        if lastTurns.count > entries.count + 16 {
            let waiting = Set(entries.map(\.caller))
            lastTurns = lastTurns.filter { waiting.contains($0.key) }
        }
        return entry
    }

    /// Takes out those that satisfy a condition, and drops those that have been withdrawn.
    mutating func remove(where isWanted: (Entry) -> Bool) -> [Entry] {
        var removed: [Entry] = []
        var kept: [Entry] = []
        for entry in entries[head...] where !entry.isWithdrawn {
            if isWanted(entry) { removed.append(entry) } else { kept.append(entry) }
        }
        entries = kept
        head = 0
        return removed
    }

    /// Drops those that have been withdrawn.
    mutating func dropWithdrawn() { _ = remove { _ in false } }

    /// The earliest end of somebody's time.
    var firstDeadline: UInt64? { entries[head...].map(\.deadline).min() }
}

/// A caller that wants a connection of its own.
struct LoanRequest {
    let deadline: UInt64
    let completion: (Result<LentConnection, UnitFailure>) -> Void
}
