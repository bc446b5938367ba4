import Diagnostics
import Quotas
import Store
import Synchronization

/// The places of the slow lane for reads that take longer than their first slice. Any thread.
///
/// The lane has a thread more than there are places, so that whoever comes finds one free, or after
/// the first slice of another: the queue for threads lets those go first who have had least. A read
/// that finds no place at the end of its slice leaves its thread and waits here. It is begun again
/// when it gets one, since a thread cannot run another statement in the middle of one; what is lost
/// by that is a slice, and nothing while there are places.
final class SlowPlaces: Sendable {
    private struct State {
        var taken = Shares<Caller>()
        /// Those that wait for a place.
        var waiting = FairQueue<any ParkedRead>()
        /// Those that begin when reads may.
        var held = FairQueue<any ParkedRead>()
        /// Those that have a thread.
        var running: [ObjectIdentifier: SlowRun] = [:]
        var isHeld = false
        var isClosed = false
        /// Reads that were begun again.
        var again: UInt64 = 0
    }

    private let state = Mutex(State())
    /// Places.
    private let bounds: ShareBounds

    /// - Parameters:
    ///   - placesMax: Reads that may take longer at the same time.
    ///   - perCallerMax: Those of one caller among them; those of one site are bounded by it as
    ///     well (``ShareBounds``).
    init(placesMax: Int, perCallerMax: Int) {
        bounds = ShareBounds(total: placesMax, each: perCallerMax)
    }

    /// Places that are taken, reads that wait here, and how many were begun again so far.
    var counts: (taken: Int, waiting: Int, again: UInt64) {
        state.withLock { ($0.taken.total, $0.waiting.count + $0.held.count, $0.again) }
    }

    /// Those that wait here as a caller comes with more.
    func waiting(besides caller: Caller) -> ShareUse {
        state.withLock { $0.waiting.use(by: caller) + $0.held.use(by: caller) }
    }

    /// A run begins on its thread; false when none may at the moment.
    func enter(_ run: SlowRun) -> Bool {
        state.withLock { state in
            if state.isHeld { return false }
            state.running[ObjectIdentifier(run)] = run
            return true
        }
    }

    /// A run is at the end of its first slice: whether there is a place for it.
    func take(for run: SlowRun) -> Bool {
        state.withLock { state in
            if run.lacksPlace { return false }
            let shortage = state.taken.take(for: run.caller, within: bounds)
            run.note(hasPlace: shortage == nil)
            return shortage == nil
        }
    }

    /// A run is over, or never began. Its place goes to the next.
    func leave(_ run: SlowRun) {
        let begun = state.withLock { state in
            state.running[ObjectIdentifier(run)] = nil
            state.waiting.charge(run.nanoseconds, to: run.caller)
            guard run.leavePlace() else { return Beginnings() }
            state.taken.giveBack(from: run.caller)
            return beginnings(&state)
        }
        begin(begun)
    }

    /// Keeps a read that could not go on, until it may begin again.
    func park(_ read: any ParkedRead, needsPlace: Bool) {
        let begun = state.withLock { state -> Beginnings? in
            if state.isClosed { return nil }
            state.again += 1
            if needsPlace {
                state.waiting.append(read, of: read.caller)
            } else {
                state.held.append(read, of: read.caller)
            }
            return beginnings(&state)
        }
        if let begun { begin(begun) } else { read.refuse(.closed) }
    }

    /// Drops a read that nobody wants any more, if it waits here.
    func withdraw(_ read: any ParkedRead) {
        let isParked = state.withLock { state in
            let count = state.waiting.count + state.held.count
            state.waiting.removeAll(of: read.caller) { $0 === read }
            state.held.removeAll(of: read.caller) { $0 === read }
            return state.waiting.count + state.held.count < count
        }
        if isParked { read.refuse(.withdrawn) }
    }

    /// Refuses what waits here, and whatever comes.
    func close() {
        let parked = state.withLock { state in
            state.isClosed = true
            var parked: [any ParkedRead] = []
            while let read = state.waiting.popFirst()?.element { parked.append(read) }
            while let read = state.held.popFirst()?.element { parked.append(read) }
            return parked
        }
        for read in parked { read.refuse(.closed) }
    }

    // MARK: Holding all back

    /// Interrupts all that run, and lets none begin until `release`: no read of the lane has a
    /// snapshot then.
    func hold() {
        let running = state.withLock { state in
            state.isHeld = true
            return Array(state.running.values)
        }
        for run in running { run.turnAway() }
    }

    /// Lets those begin that were held back.
    func release() {
        let begun = state.withLock { state in
            state.isHeld = false
            return beginnings(&state)
        }
        begin(begun)
    }

    // MARK: Who begins

    private typealias Beginnings = [(read: any ParkedRead, hasPlace: Bool)]

    /// Takes out those that may begin now.
    private func beginnings(_ state: inout State) -> Beginnings {
        var begun: Beginnings = []
        if state.isHeld { return begun }
        while let read = state.held.popFirst()?.element { begun.append((read, false)) }
        var taken = state.taken
        while taken.total < bounds.total,
            let (read, caller) = state.waiting.popFirst(where: {
                taken.shortage(for: $0, within: bounds) == nil
            })
        {
            taken.add(for: caller)
            begun.append((read, true))
        }
        state.taken = taken
        return begun
    }

    private func begin(_ begun: Beginnings) {
        for (read, hasPlace) in begun { read.begin(hasPlace: hasPlace) }
    }
}

/// A read that waits for the slow lane to let it begin.
protocol ParkedRead: AnyObject, Sendable {
    var caller: Caller { get }

    /// It may begin, from its beginning.
    ///
    /// - Parameter hasPlace: Whether it has a place for as long as it takes.
    func begin(hasPlace: Bool)

    /// It never will.
    func refuse(_ problem: Problem)

    /// Refuses it, wherever it waits: another one has its place in the queue.
    func displace()
}
