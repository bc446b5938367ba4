import Diagnostics
import HTTP
import Quotas
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
        held.append(Batch(binder.softDeletes.told(changes), told))
        guard underWay == nil else { return }
        matcher.lookUps.beginBatch()
        deliverHeld()
    }

    /// Changes that were delivered together.
    final class Batch {
        let changes: [Change]
        let told: () -> Void
        /// How many of them have been told.
        private var place = 0

        init(_ changes: [Change], _ told: @escaping () -> Void) {
            self.changes = changes
            self.told = told
        }

        /// The one that is to be told; nil when all have been.
        var next: Change? { place < changes.count ? changes[place] : nil }

        /// It has been told.
        func advance() { place += 1 }
    }

    /// Delivers what is held, as far as there is time: one change at the least.
    private func deliverHeld() {
        let now = clock()
        var step = Step(settings.stepTime, uptime: uptime)
        var isFirst = true
        while let batch = underWay ?? held.popFirst() {
            underWay = batch
            while let change = batch.next {
                if !isFirst, step.isOver { return goOnLater() }
                isFirst = false
                let telling = telling ?? begin(change, at: now)
                switch tell(telling, among: batch.changes, within: &step) {
                case .all: end(telling, within: &step)
                case .some: return goOnLater()
                case .nobody: return goOnWithAnswers(within: &step)
                }
                batch.advance()
            }
            matcher.endBatch()
            batch.told()
            underWay = nil
        }
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
        matcher.lookUps.forget()
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

    /// A change, and with it all that follow, waits until the look-ups that it needs are answered.
    private func goOnWithAnswers(within step: inout Step) {
        letGoOn(within: &step)
        matcher.lookUps.ask { [weak self] in self?.goOn() }
    }

    /// The rest of a batch, and all that follow, is left to a later turn.
    private func goOnLater() {
        inLaterTurn { [weak self] in self?.goOn() }
    }

    private func goOn() {
        // A change that goes on has what it has left.
        if telling?.isUnderWay != true { matcher.lookUps.beginBatch() }
        deliverHeld()
    }
}

// Sessions that wait in the backlog.
extension RealtimeHub {
    /// Feeds a session that has waited, until it is level with the log or full again, or the time
    /// is over that all have together in a turn: then it goes on in a later one.
    func catchUp(_ session: RealtimeSession) {
        guard session.fedThrough != .max, !session.isPaused else { return }
        if backlog.hasPassed(session) { return cut(session) }
        if mustWait(session) { return }
        let isFirst = catchUpStep == nil
        var step = stepOfThisTurn()
        if !isFirst, step.isOver { return catchUpLater(session) }
        let now = clock()
        expireTokens(at: now)
        while let missed = backlog.next(
            for: session, begin: { lateTelling(of: $0, for: session, at: now) })
        {
            guard feed(missed, to: session, within: &step) else { return }
        }
        backlog.release(session)
    }

    private func stepOfThisTurn() -> Step {
        if let catchUpStep { return catchUpStep }
        let step = Step(settings.stepTime, uptime: uptime)
        catchUpStep = step
        inLaterTurn { [weak self] in self?.catchUpStep = nil }
        return step
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
        pause(session)
        letGoOnLater()
    }

    /// Tells a session that changes have passed it by, and closes it: its client comes back and
    /// reads again.
    func cut(_ session: RealtimeSession) {
        counters.slowCloses += 1
        for channel in session.channels.values { session.tell(.tooSlow, on: channel) }
        session.close(code: 1013, reason: "too slow, fetch again")
    }
}
