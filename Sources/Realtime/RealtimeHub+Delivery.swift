import Diagnostics
import HTTP
import Schema
public import Store

extension RealtimeHub {
    /// Delivers committed changes, in the order of the log, to all listeners on this loop. Frames
    /// are queued; the server writes each socket once per turn. Those of times without `demand` may
    /// be left out.
    ///
    /// A change that resets its table ends the channels which follow that, in its place among the
    /// others.
    ///
    /// - Parameter told: Called when all of them have been told, which may have to wait for the
    ///   answers to look-ups, or for later turns where they are many.
    public func deliver(_ changes: [Change], then told: @escaping () -> Void = {}) {
        expireTokens(at: clock())
        let batch = Batch(changes: changes, told: told)
        guard held.isEmpty else { return held.append(batch) }
        matcher.lookUps.beginBatch()
        var step = Step(RealtimeLimits.deliveryTime, uptime: uptime)
        deliver(batch, from: 0, within: &step)
    }

    /// Changes that were delivered together.
    struct Batch {
        let changes: [Change]
        let told: () -> Void
    }

    private func deliver(_ batch: Batch, from start: Int, within step: inout Step) {
        let now = clock()
        for place in start..<batch.changes.count {
            if place > start, step.isOver { return postpone(batch, from: place) }
            let telling = telling ?? begin(batch.changes[place], at: now)
            switch tell(telling, among: batch.changes, within: &step) {
            case .all: end(telling, within: &step)
            case .some: return postpone(batch, from: place)
            case .nobody: return hold(batch, at: place, within: &step)
            }
        }
        matcher.endBatch()
        batch.told()
    }

    private func begin(_ change: Change, at now: Instant) -> Telling {
        if change.sequence < backlog.newest { restart() }
        note(change)
        let telling = Telling(change, at: now)
        self.telling = telling
        return telling
    }

    private func end(_ telling: Telling, within step: inout Step) {
        self.telling = nil
        if !telling.missed.isEmpty { backlog.append(telling.change, missedBy: telling.missed) }
        backlog.reach(telling.change.sequence)
        letGoOn(within: &step)
    }

    /// The numbers begin again from an earlier one: all that come now are newer than what is bound.
    private func restart() {
        backlog.restart()
        for session in sessions.values {
            for channel in session.channels.values { channel.boundAfter = .min }
        }
    }

    private func note(_ change: Change) {
        counters.changes += 1
        binder.feeds[change.table]?.changeCount += 1
    }

    /// Holds a change, and with it all that follow, until the look-ups that it needs are answered.
    private func hold(_ batch: Batch, at place: Int, within step: inout Step) {
        if held.isEmpty { held.append(batch) }
        letGoOn(within: &step)
        matcher.lookUps.ask { [weak self] in self?.resume(batch, from: place) }
    }

    /// Leaves the rest of a batch, and all that follow, to a later turn.
    private func postpone(_ batch: Batch, from place: Int) {
        if held.isEmpty { held.append(batch) }
        inLaterTurn { [weak self] in self?.resume(batch, from: place) }
    }

    private func resume(_ batch: Batch, from place: Int) {
        let waiting = held
        held = []
        // A change that goes on has what it has left.
        if telling?.isUnderWay != true { matcher.lookUps.beginBatch() }
        var step = Step(RealtimeLimits.deliveryTime, uptime: uptime)
        deliver(batch, from: place, within: &step)
        // The first of them is the batch that was held; if it waits again so do the others.
        for batch in waiting.dropFirst() {
            if !held.isEmpty {
                held.append(batch)
            } else if step.isOver {
                postpone(batch, from: 0)
            } else {
                deliver(batch, from: 0, within: &step)
            }
        }
    }
}

// Sessions that wait in the backlog.
extension RealtimeHub {
    /// Feeds a session that has waited, until it is level with the log or full again, or time is
    /// over: then it goes on in a later turn.
    func catchUp(_ session: RealtimeSession) {
        guard session.fedThrough != .max, !session.catchesUpLater else { return }
        if backlog.hasPassed(session) { return cut(session) }
        if mustWait(session) { return }
        let now = clock()
        expireTokens(at: now)
        var step = Step(RealtimeLimits.deliveryTime, uptime: uptime)
        while let missed = backlog.next(
            for: session, begin: { lateTelling(of: $0, for: session, at: now) })
        {
            guard feed(missed, to: session, within: &step) else { return }
        }
        backlog.release(session)
    }

    private func lateTelling(
        of entry: ChangeRing.Entry, for session: RealtimeSession, at now: Instant
    ) -> LateTelling {
        let feed = entry.missed.isEmpty ? nil : binder.feeds[entry.change.table]
        return LateTelling(
            entry, for: session,
            in: feed.map { matcher.lateRound(for: entry.change, of: $0, at: now) })
    }

    /// Feeds what one session has missed of a change. Answers whether there is room and time for
    /// more.
    private func feed(
        _ missed: LateTelling, to session: RealtimeSession, within step: inout Step
    ) -> Bool {
        var rest = missed
        var hasRoom = true
        var isOver = step.isOverAfterUnit()
        while hasRoom, !isOver, let frame = rest.makeFirst(for: session) {
            counters.deliveries += 1
            hasRoom = session.feed(frame)
            step.count(frameBytes: frame.bytes.count)
            isOver = step.isOverAfterUnit()
        }
        backlog.keep(rest, of: session)
        if hasRoom, isOver { catchUpLater(session) }
        return hasRoom && !isOver
    }

    private func catchUpLater(_ session: RealtimeSession) {
        session.catchesUpLater = true
        inLaterTurn { [weak self] in
            session.catchesUpLater = false
            if session.hasRoom { self?.catchUp(session) }
        }
    }

    /// Tells a session that changes have passed it by, and closes it: its client comes back and
    /// reads again.
    func cut(_ session: RealtimeSession) {
        counters.slowCloses += 1
        let notice = SystemNotice.mustRefetch(
            "This connection was too slow and has missed changes. Fetch the rows again.")
        for channel in session.channels.values { session.tell(notice, on: channel) }
        session.close(code: 1013, reason: "too slow, fetch again")
    }
}
