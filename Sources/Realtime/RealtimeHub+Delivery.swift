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
    /// Feeds a session that has waited, until it is level with the log or full again.
    func catchUp(_ session: RealtimeSession) {
        guard session.fedThrough != .max else { return }
        if backlog.hasPassed(session) { return cut(session) }
        if mustWait(session) { return }
        let now = clock()
        expireTokens(at: now)
        while let entry = backlog.advance(session) {
            guard feed(entry, to: session, at: now) else { return }
        }
        backlog.release(session)
    }

    /// Feeds what the channels of one session have missed of a change. Answers whether there is
    /// room for more.
    private func feed(
        _ entry: ChangeRing.Entry, to session: RealtimeSession, at now: Instant
    ) -> Bool {
        let change = entry.change
        guard !entry.missed.isEmpty, let feed = binder.feeds[change.table] else { return true }
        let round = matcher.lateRound(for: change, of: feed, at: now)
        var hasRoom = true
        for channel in session.channels.values where channel.boundAfter < change.sequence {
            guard let audience = channel.audience, let missed = entry.missed(by: audience.number)
            else { continue }
            audience.note(again: missed, in: round)
            for frame in audience.frames(in: round) {
                if !session.feed(frame) { hasRoom = false }
                counters.deliveries += 1
            }
        }
        return hasRoom
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
