/// What waits in one of several lines: elements, or lines again.
protocol WaitingLine {
    /// Nothing waits.
    init()

    /// Elements that wait in it.
    var count: Int { get }
}

extension FIFO: WaitingLine {}

/// Lines that take turns: the next one is that which has been charged the least (start-time fair
/// queueing). One that was idle begins where the others are.
struct FairLines<Key: Hashable & Sendable, Line: WaitingLine>: WaitingLine {
    /// One key's.
    fileprivate struct Place {
        var line = Line()
        /// The turn that it has among the others'; nil while nobody waits in it.
        var turn: UInt64?
        /// How far it has been served.
        var served: UInt64 = 0

        /// Adds to the line.
        ///
        /// - Parameter order: Of its turn, if it has none yet.
        /// - Returns: where that turn begins.
        mutating func add(
            at now: UInt64, order: UInt64, _ change: (inout Line) -> Void
        ) -> UInt64? {
            served = max(served, now)
            let isFirst = line.count == 0
            change(&line)
            guard isFirst else { return nil }
            turn = order
            return served
        }

        /// Counts what it has had.
        ///
        /// - Returns: how far it has been served by that.
        mutating func charge(_ cost: UInt64, _ change: (inout Line) -> Void) -> UInt64 {
            change(&line)
            served &+= cost
            return served
        }
    }

    /// The turn of a line. The line may have been charged since: then it has another one. If it has
    /// been left by all, this one is of nobody.
    fileprivate struct Turn: Sendable {
        let start: UInt64
        let order: UInt64
        let key: Key

        func isBefore(_ other: Turn) -> Bool { (start, order) < (other.start, other.order) }
    }

    private var places: [Key: Place] = [:]
    private var turns: [Turn] = []
    private var turnCount: UInt64 = 0
    /// How far those have been served who are served now.
    private var now: UInt64 = 0
    /// Lines at which those are forgotten that nobody waits in.
    private var linesMax = 64
    /// Turns of nobody that are kept in any case.
    private static var turnsOfNobodyMax: Int { 64 }

    private(set) var count = 0

    init() {}

    /// The line of a key; nil where there is none.
    subscript(key: Key) -> Line? { places[key]?.line }

    /// How far a key has been served, or where it would begin.
    func served(_ key: Key) -> UInt64 { max(places[key]?.served ?? 0, now) }

    /// Calls a closure with each line, its key and how far it has been served.
    func forEach(_ body: (Key, Line, _ served: UInt64) -> Void) {
        for (key, place) in places { body(key, place.line, max(place.served, now)) }
    }

    /// Whether a predicate is true of a line.
    func contains(where isWanted: (Line) -> Bool) -> Bool {
        places.values.contains { isWanted($0.line) }
    }

    /// Adds one element to the line of a key.
    mutating func append(to key: Key, _ add: (inout Line) -> Void) {
        turnCount += 1
        let start = places[key, default: Place()].add(at: now, order: turnCount, add)
        if let start { insert(Turn(start: start, order: turnCount, key: key)) }
        count += 1
    }

    /// Takes an element of the line whose turn it is.
    ///
    /// - Parameter take: Takes it; a line of which it takes none keeps its turn.
    mutating func popFirst<Taken>(_ take: (Key, inout Line) -> Taken?) -> Taken? {
        var passed: [Turn] = []
        defer { for turn in passed { insert(turn) } }
        while let turn = removeFirstTurn() {
            guard let index = places.index(forKey: turn.key),
                places.values[index].turn == turn.order
            else { continue }
            let served = places.values[index].served
            if served > turn.start {
                addTurn(of: turn.key, at: index, from: served)
                continue
            }
            guard let taken = take(turn.key, &places.values[index].line) else {
                passed.append(turn)
                continue
            }
            // A turn that was passed over may have begun long ago.
            now = max(now, turn.start)
            count -= 1
            // Until it is charged it has cost next to nothing: those who wait take turns.
            places.values[index].served += 1
            if places.values[index].line.count > 0 {
                addTurn(of: turn.key, at: index, from: served + 1)
            } else {
                places.values[index].turn = nil
            }
            return taken
        }
        return nil
    }

    /// Says what an element of a key's line has cost.
    ///
    /// - Parameter change: Says it within the line.
    mutating func charge(
        _ cost: UInt64, to key: Key, _ change: (inout Line) -> Void = { _ in }
    ) {
        let served = places[key, default: Place(served: now)].charge(cost, change)
        if count == 0 { now = max(now, served) }
        guard places.count > linesMax else { return }
        places = places.filter { $0.value.line.count > 0 || $0.value.served > now }
        linesMax = max(64, 2 * places.count)
    }

    /// Lets a closure take elements out of the line of a key.
    mutating func takeOut(of key: Key, _ take: (inout Line) -> Void) {
        if let index = places.index(forKey: key) { takeOut(at: index, take) }
    }

    /// Lets a closure take elements out of all lines.
    mutating func takeOut(_ take: (inout Line) -> Void) {
        var index = places.startIndex
        while index < places.endIndex {
            takeOut(at: index, take)
            places.formIndex(after: &index)
        }
    }

    private mutating func takeOut(
        at index: Dictionary<Key, Place>.Index, _ take: (inout Line) -> Void
    ) {
        let before = places.values[index].line.count
        take(&places.values[index].line)
        let left = places.values[index].line.count
        count -= before - left
        if left == 0, before > 0 { endTurn(at: index) }
    }

    // MARK: The heap of turns

    /// Nobody waits in a line any more. Its turn is nobody's until it comes; where most turns are,
    /// they go.
    private mutating func endTurn(at index: Dictionary<Key, Place>.Index) {
        places.values[index].turn = nil
        guard turns.count > 2 * places.count + Self.turnsOfNobodyMax else { return }
        turns.removeAll { places[$0.key]?.turn != $0.order }
        turns.sort { $0.isBefore($1) }
    }

    private mutating func addTurn(
        of key: Key, at index: Dictionary<Key, Place>.Index, from start: UInt64
    ) {
        turnCount += 1
        places.values[index].turn = turnCount
        insert(Turn(start: start, order: turnCount, key: key))
    }

    private mutating func insert(_ turn: Turn) {
        turns.append(turn)
        var child = turns.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard turns[child].isBefore(turns[parent]) else { return }
            turns.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func removeFirstTurn() -> Turn? {
        guard let first = turns.first else { return nil }
        let last = turns.removeLast()
        guard !turns.isEmpty else { return first }
        var parent = 0
        while 2 * parent + 1 < turns.count {
            var child = 2 * parent + 1
            if child + 1 < turns.count, turns[child + 1].isBefore(turns[child]) { child += 1 }
            guard turns[child].isBefore(last) else { break }
            turns[parent] = turns[child]
            parent = child
        }
        turns[parent] = last
        return first
    }
}

extension FairLines: Sendable where Line: Sendable {}
extension FairLines.Place: Sendable where Line: Sendable {}
