/// Decides when a node ticks, when it looks for cuts of others, and when it reads on: a pure
/// function of what happens and when. One of it a node, owned by one thread.
///
/// A tick follows each commit of ours, one at a time: those that end meanwhile share the next.
/// Without commits of ours a tick looks for what others wrote, unless another node has just made a
/// cut. What comes of it, a cut's number, is read on; notifications of other nodes' cuts only make
/// that sooner, so a lost one does no harm.
///
///     committed ─▶ tick ─▶ tickEnded(n) ─▶ read
///                    ▲           │ committed meanwhile: after a rest, longer the more it found
///                    └───────────┘
public struct TickSchedule: Sendable {
    /// What happened.
    public enum Event: Hashable, Sendable {
        /// A transaction of ours is over that may have changed captured tables.
        case committed
        /// The tick asked for is over; the newest cut there is, and how many changes it has found.
        case tickEnded(newest: Int64, changes: Int64)
        /// The tick asked for has failed.
        case tickFailed
        /// The look asked for is over; the newest cut there is.
        case lookEnded(newest: Int64)
        /// The look asked for has failed.
        case lookFailed
        /// Another node has made a cut.
        case notified(Int64)
        /// Notifications arrive from now on, or do not any more.
        case listening(Bool)
        /// The time of ``TickSchedule/wakeAt`` has come.
        case woke
    }

    /// What to do.
    public enum Action: Hashable, Sendable {
        /// Run ``ChangeStatements/tick``, and tell how it ended.
        case tick
        /// Ask for ``ChangeStatements/newestCut``, and tell how it ended.
        case look
        /// There is a newer cut: the log can be read on.
        case read
    }

    /// A kind of work that goes on one at a time, and when it is next to be done.
    private struct Work {
        var isRunning = false
        var due: UInt64
        var failures = 0

        mutating func fail(at now: UInt64) {
            isRunning = false
            failures += 1
            let doubled = CaptureLimits.retryFirst << UInt64(min(failures - 1, 10))
            due = now + min(doubled, CaptureLimits.retryMost)
        }
    }

    private var tick: Work
    private var look: Work
    private var restsUntil: UInt64 = 0
    private var hasCommits = false
    private var isListening = false
    /// The newest cut that is known.
    private(set) var newest: Int64

    /// - Parameters:
    ///   - newest: the cut up to which the log has been read.
    ///   - now: nanoseconds of a clock that never goes back, as for every event.
    public init(newest: Int64, at now: UInt64) {
        self.newest = newest
        tick = Work(due: now)
        look = Work(due: now)
    }

    /// The cuts are of another history, and their numbers may be lower: the next one that is found
    /// is read whatever its number.
    public mutating func renumber() { newest = -1 }

    /// When to be woken at the latest, if nothing else happens; nil while nothing is to be done but
    /// to await the end of what runs. A tick tells what a look would, so none begins beside one.
    public var wakeAt: UInt64? {
        if tick.isRunning { return nil }
        return look.isRunning ? tick.due : min(tick.due, look.due)
    }

    /// Takes what happened; what to do now, in this order.
    public mutating func take(_ event: Event, at now: UInt64) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .committed:
            hasCommits = true
            if !tick.isRunning, tick.failures == 0 { tick.due = min(tick.due, restsUntil) }
        case .tickEnded(let number, let changes):
            tick.isRunning = false
            tick.failures = 0
            restsUntil = now + Self.rest(after: changes)
            tick.due = hasCommits ? restsUntil : now + CaptureLimits.tickInterval
            found(number, at: now, &actions)
        case .tickFailed: tick.fail(at: now)
        case .lookEnded(let number):
            look.isRunning = false
            look.failures = 0
            foundByOthers(number, at: now, &actions)
        case .lookFailed: look.fail(at: now)
        case .notified(let number): foundByOthers(number, at: now, &actions)
        case .listening(let isListening):
            self.isListening = isListening
            // What was notified before is lost.
            if look.failures == 0 { look.due = now }
        case .woke: break
        }
        start(at: now, &actions)
        return actions
    }

    /// Under load a tick is to cover many writes, and a single one is to be told soon.
    private static func rest(after changes: Int64) -> UInt64 {
        let found = UInt64(clamping: changes)
        func rest(_ each: UInt64, _ most: UInt64) -> UInt64 { each * min(found, most / each) }
        return max(
            CaptureLimits.tickRestLeast,
            rest(CaptureLimits.tickRestLeast, CaptureLimits.tickRestMost),
            rest(CaptureLimits.tickRestCrowdedEach, CaptureLimits.tickRestCrowdedMost))
    }

    /// A cut that another node made covers what others had written until then: ours need not look
    /// for it soon.
    private mutating func foundByOthers(
        _ number: Int64, at now: UInt64, _ actions: inout [Action]
    ) {
        if number > newest, !hasCommits, tick.failures == 0 {
            tick.due = max(tick.due, now + CaptureLimits.tickInterval)
        }
        found(number, at: now, &actions)
    }

    private mutating func found(_ number: Int64, at now: UInt64, _ actions: inout [Action]) {
        if look.failures == 0 {
            let interval =
                isListening ? CaptureLimits.pollInterval : CaptureLimits.pollIntervalUnnotified
            look.due = now + interval
        }
        guard number > newest else { return }
        newest = number
        actions.append(.read)
    }

    private mutating func start(at now: UInt64, _ actions: inout [Action]) {
        if !tick.isRunning, tick.due <= now {
            tick.isRunning = true
            hasCommits = false
            actions.append(.tick)
        }
        if !look.isRunning, !tick.isRunning, look.due <= now {
            look.isRunning = true
            actions.append(.look)
        }
    }
}
