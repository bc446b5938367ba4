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
        matcher.lookUps.beginBatch()
        let batch = Batch(changes: changes, told: told)
        guard held.isEmpty else { return held.append(batch) }
        deliver(batch, from: 0, until: uptime() + RealtimeLimits.deliveryTime)
    }

    /// Changes that were delivered together.
    struct Batch {
        let changes: [Change]
        let told: () -> Void
    }

    /// - Parameters:
    ///   - end: When the rest is left to a later turn; the first of them is not.
    ///   - asked: The moment that look-ups were asked of for the first of them, which is known
    ///     already and was held for their answers.
    private func deliver(
        _ batch: Batch, from start: Int, until end: ContinuousClock.Instant, asked: Instant? = nil
    ) {
        let now = clock()
        let changes = batch.changes
        for place in start..<changes.count {
            if place > start, uptime() >= end { return postpone(batch, from: place) }
            let change = changes[place]
            let known = place == start ? asked : nil
            if change.sequence < backlog.newest { restart() }
            if known == nil { note(change) }
            if let reset = change.reset {
                endChannels(of: change.table, because: reset)
            } else if !sessions.isEmpty {
                // Answers are known by their questions, and those have their moment in them.
                let moment = known ?? now
                guard let missed = fanOut(change, among: changes, at: moment) else {
                    return hold(batch, at: place, asked: moment)
                }
                if !missed.isEmpty { backlog.append(change, missedBy: missed) }
            }
            backlog.reach(change.sequence)
        }
        matcher.endBatch()
        batch.told()
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
    private func hold(_ batch: Batch, at place: Int, asked moment: Instant) {
        if held.isEmpty { held.append(batch) }
        matcher.lookUps.ask { [weak self] in self?.resume(batch, from: place, asked: moment) }
    }

    /// Leaves the rest of a batch, and all that follow, to a later turn.
    private func postpone(_ batch: Batch, from place: Int) {
        if held.isEmpty { held.append(batch) }
        inLaterTurn { [weak self] in self?.resume(batch, from: place, asked: nil) }
    }

    private func resume(_ batch: Batch, from place: Int, asked moment: Instant?) {
        let waiting = held
        held = []
        matcher.lookUps.beginBatch()
        let end = uptime() + RealtimeLimits.deliveryTime
        deliver(batch, from: place, until: end, asked: moment)
        // The first of them is the batch that was held; if it waits again so do the others.
        for batch in waiting.dropFirst() {
            if !held.isEmpty {
                held.append(batch)
            } else if uptime() >= end {
                postpone(batch, from: 0)
            } else {
                deliver(batch, from: 0, until: end)
            }
        }
    }

    /// Gives a change to all whom it is for. Answers the audiences with members that are behind;
    /// nil when it must wait for look-ups.
    private func fanOut(
        _ change: Change, among changes: [Change], at now: Instant
    ) -> [ChangeRing.Missed]? {
        guard let feed = binder.feeds[change.table], feed.hasListeners(for: change.operation),
            let image = change.new ?? change.old
        else { return [] }
        let round = matcher.round(for: change, of: feed, among: changes, binder.feeds, at: now)
        guard image.values.count == feed.model.columns.count else {
            reportStale(feed)
            return []
        }
        var missed: [ChangeRing.Missed] = []
        guard let audiences = matcher.audiences(for: image, of: feed, in: round) else {
            return nil
        }
        if matcher.skippedCount > 0 {
            counters.overBudgetChanges += 1
            counters.skippedListeners += matcher.skippedCount
        }
        for audience in audiences {
            let showsOld = audience.mayShowOld(in: round)
            var isMissed = false
            audience.forEachFrame(showsOld: showsOld, in: round) { frame in
                if !feedMembers(of: audience, frame, change.sequence) { isMissed = true }
            }
            if isMissed {
                missed.append(
                    ChangeRing.Missed(
                        audience: audience.number, showsOld: showsOld, listeners: audience.hits))
            }
            if audience.isBroken {
                counters.brokenDecisions += 1
                tell(.unjudged(change), audience)
            } else if audience.isPassedOver {
                tell(.passedOver(change), audience)
            }
        }
        return missed
    }

    /// The innermost loop: one pointer queued per socket. Answers whether it was fed to all
    /// members.
    private func feedMembers(
        of audience: Audience, _ frame: FramedBytes, _ sequence: Int64
    ) -> Bool {
        let members = audience.members
        // Members that have joined later; there are some only while changes come late.
        let hasLater = sequence <= audience.newestStart
        var (count, later) = (0, 0)
        for session in members where session.fedThrough >= sequence {
            if hasLater, audience.isOld(sequence, for: session) {
                later += 1
                continue
            }
            count += 1
            // The server may have closed the socket on this very frame.
            if !session.feed(frame), session.isOpen { backlog.wait(session, after: sequence) }
        }
        counters.deliveries += count
        return count + later == members.count
    }

    /// Tells all members of an audience.
    private func tell(_ notice: SystemNotice, _ audience: Audience) {
        for session in audience.members {
            guard let channel = session.channels[audience.key.frames.topic] else { continue }
            session.tell(notice, on: channel)
        }
    }

    /// A change whose row has other columns than the model: captured before a reload, delivered
    /// after it.
    private func reportStale(_ feed: ModelFeed) {
        let notice = SystemNotice.mustRefetch(
            "The model '\(feed.model.name)' has changed. Fetch the rows again.")
        for session in sessions.values {
            for channel in session.channels.values where channel.follows(feed) {
                session.tell(notice, on: channel)
            }
        }
    }

    /// Ends the channels that follow a table whose changes cannot be told row by row. It looks like
    /// a fault to stock clients: they join again by themselves, and tell their callers of both, who
    /// fetch the rows anew.
    private func endChannels(of table: String, because reset: Change.Reset) {
        guard let feed = binder.feeds[table] else { return }
        for session in Array(sessions.values) {
            for channel in Array(session.channels.values) where channel.follows(feed) {
                counters.resets += 1
                session.fail(channel, because: .reset(reset, of: table))
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
            audience.note(again: missed.listeners, in: round)
            audience.forEachFrame(showsOld: missed.showsOld, in: round) { frame in
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
