/// What waits for something that one after the other has, fair between callers: the next one is of
/// him who has had the least of it, as far as it has been charged (start-time fair queueing).
///
/// Who was idle begins where the others are: nobody saves anything up. Elements of one caller stay
/// in their order. Adding and taking cost the logarithm of the callers that wait.
public struct FairQueue<Element> {
    /// One caller's.
    fileprivate struct Line {
        var waiting = FIFO<Element>()
        /// The turn that it has among the others'; nil while nobody waits in it.
        var turn: UInt64?
        /// How far the caller has been served.
        var served: UInt64 = 0

        /// Adds an element.
        ///
        /// - Returns: where the caller's turn begins, if it is the first one that waits.
        mutating func append(_ element: Element, at now: UInt64) -> UInt64? {
            served = max(served, now)
            let isFirst = waiting.isEmpty
            waiting.append(element)
            return isFirst ? served : nil
        }

        /// Counts what the caller has had.
        ///
        /// - Returns: how far he has been served by that.
        mutating func add(_ cost: UInt64) -> UInt64 {
            served &+= cost
            return served
        }
    }

    /// The turn of a line. The line may have been charged since: then it has another one. If it has
    /// been left by all, this one is of nobody.
    fileprivate struct Turn: Sendable {
        let start: UInt64
        let order: UInt64
        let caller: Caller

        func isBefore(_ other: Turn) -> Bool { (start, order) < (other.start, other.order) }
    }

    private var lines: [Caller: Line] = [:]
    private var turns: [Turn] = []
    private var turnCount: UInt64 = 0
    /// How far those have been served who are served now.
    private var now: UInt64 = 0
    /// Lines at which those are forgotten that nobody waits in.
    private var linesMax = 64
    /// Turns of nobody that are kept in any case.
    private static var turnsOfNobodyMax: Int { 64 }

    /// Elements that wait.
    public private(set) var count = 0

    /// An empty queue.
    public init() {}

    /// Whether nothing waits.
    public var isEmpty: Bool { count == 0 }

    /// Elements of a caller that wait.
    public func count(of caller: Caller) -> Int { lines[caller]?.waiting.count ?? 0 }

    /// Adds an element behind the others of its caller.
    public mutating func append(_ element: Element, of caller: Caller) {
        let start = lines[caller, default: Line()].append(element, at: now)
        if let start { addTurn(of: caller, from: start) }
        count += 1
    }

    /// Takes the next element; nil when nothing waits.
    public mutating func popFirst() -> (element: Element, caller: Caller)? {
        popFirst(where: { _ in true })
    }

    /// Takes the next element of those callers that a predicate is true of, who keep their turns
    /// otherwise; nil when nothing of theirs waits.
    public mutating func popFirst(
        where mayHave: (Caller) -> Bool
    ) -> (element: Element, caller: Caller)? {
        popFirst { lines, line in
            mayHave(lines.keys[line]) ? lines.values[line].waiting.popFirst() : nil
        }
    }

    /// Takes the next element that a predicate is true of: each caller's first such one, in turn.
    public mutating func popFirst(
        ofWhich isWanted: (Element) -> Bool
    ) -> (element: Element, caller: Caller)? {
        popFirst { lines, line in lines.values[line].waiting.popFirst(where: isWanted) }
    }

    /// - Parameter take: Takes an element of a line; of whom it takes none, he keeps his turn.
    private mutating func popFirst(
        _ take: (inout [Caller: Line], [Caller: Line].Index) -> Element?
    ) -> (element: Element, caller: Caller)? {
        var passed: [Turn] = []
        defer { for turn in passed { insert(turn) } }
        while let turn = removeFirstTurn() {
            guard let line = lines.index(forKey: turn.caller),
                lines.values[line].turn == turn.order
            else { continue }
            let served = lines.values[line].served
            if served > turn.start {
                addTurn(of: turn.caller, from: served)
                continue
            }
            guard let element = take(&lines, line) else {
                passed.append(turn)
                continue
            }
            // A turn that was passed over may have begun long ago.
            now = max(now, turn.start)
            count -= 1
            // Until it is charged it has cost next to nothing: those who wait take turns.
            lines.values[line].served += 1
            lines.values[line].turn = nil
            if !lines.values[line].waiting.isEmpty { addTurn(of: turn.caller, from: served + 1) }
            return (element, turn.caller)
        }
        return nil
    }

    /// Says what an element of a caller has cost, in whatever unit the queue's owner counts in.
    /// Nobody owes for what he had while nobody waited.
    public mutating func charge(_ cost: UInt64, to caller: Caller) {
        let served = lines[caller, default: Line(served: now)].add(cost)
        if isEmpty { now = max(now, served) }
        guard lines.count > linesMax else { return }
        lines = lines.filter { !$0.value.waiting.isEmpty || $0.value.served > now }
        linesMax = max(64, 2 * lines.count)
    }

    /// Takes out the last element of whoever has most of them, the one who has been served most
    /// where several have: to make room for one more of a caller who would have less.
    ///
    /// - Parameters:
    ///   - isFirst: Whether what is to come goes first.
    ///   - goesFirst: What goes first, in queues of which a part does: of this and of all else the
    ///     half may wait at the least, and whichever has less than the other takes its places.
    /// - Returns: nil where nobody has more than the caller would.
    public mutating func displace(
        for caller: Caller, isFirst: Bool = false, goesFirst: (Element) -> Bool = { _ in false }
    ) -> (element: Element, caller: Caller)? {
        func holding(_ line: Line?, _ more: Int) -> (Int, UInt64) {
            ((line?.waiting.count ?? 0) + more, max(line?.served ?? 0, now))
        }
        // Who holds most of those alike and of the others, and how many these are.
        var alike = (count: 0, most: Caller?.none, held: (0, UInt64(0)))
        var others = alike
        for (holder, line) in lines {
            guard let last = line.waiting.last else { continue }
            let held = holding(line, 0)
            func note(_ part: inout (count: Int, most: Caller?, held: (Int, UInt64))) {
                part.count += held.0
                if part.held < held { (part.most, part.held) = (holder, held) }
            }
            if goesFirst(last) == isFirst { note(&alike) } else { note(&others) }
        }
        let takesOthers = alike.count < others.count
        let part = takesOthers ? others : alike
        guard let most = part.most, takesOthers || part.held > holding(lines[caller], 1),
            let element = lines[most]?.waiting.popLast()
        else { return nil }
        count -= 1
        if lines[most]?.waiting.isEmpty == true { endTurn(of: most) }
        return (element, most)
    }

    /// Calls a closure with all that wait, in no order.
    public func forEach(_ body: (Element) -> Void) {
        for line in lines.values { line.waiting.forEach(body) }
    }

    /// Whether a predicate is true of one that waits.
    public func contains(where isWanted: (Element) -> Bool) -> Bool {
        lines.values.contains { $0.waiting.contains(where: isWanted) }
    }

    /// Takes out what a predicate is true of: who no longer waits.
    public mutating func removeAll(where isGone: (Element) -> Bool) {
        for caller in lines.keys { removeAll(of: caller, where: isGone) }
    }

    /// The same of one caller's, without a look at the others.
    public mutating func removeAll(of caller: Caller, where isGone: (Element) -> Bool) {
        let removed = lines[caller]?.waiting.removeAll(where: isGone) ?? 0
        count -= removed
        if removed > 0, lines[caller]?.waiting.isEmpty == true { endTurn(of: caller) }
    }

    // MARK: The heap of turns

    /// A caller waits no more. His turn is nobody's until it comes; where most turns are, they go.
    private mutating func endTurn(of caller: Caller) {
        lines[caller]?.turn = nil
        guard turns.count > 2 * lines.count + Self.turnsOfNobodyMax else { return }
        turns.removeAll { lines[$0.caller]?.turn != $0.order }
        turns.sort { $0.isBefore($1) }
    }

    private mutating func addTurn(of caller: Caller, from start: UInt64) {
        turnCount += 1
        lines[caller]?.turn = turnCount
        insert(Turn(start: start, order: turnCount, caller: caller))
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
        turns.swapAt(0, turns.count - 1)
        turns.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < turns.count {
                if turns[child].isBefore(turns[least]) { least = child }
            }
            if least == parent { return first }
            turns.swapAt(parent, least)
            parent = least
        }
    }
}

extension FairQueue: Sendable where Element: Sendable {}
extension FairQueue.Line: Sendable where Element: Sendable {}
