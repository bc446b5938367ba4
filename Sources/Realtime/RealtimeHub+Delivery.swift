public import Database
internal import Diagnostics
internal import HTTP
internal import Schema

extension RealtimeHub {
    /// Delivers committed changes, in the order of the log, to all listeners on this loop. Frames
    /// are queued; the server writes each socket once per turn. Those of times without `demand` may
    /// be left out.
    public func deliver(_ changes: [Change]) {
        let now = clock()
        expireTokens(at: now)
        for change in changes {
            counters.changes += 1
            sequence = change.sequence
            binder.feeds[change.table]?.changeCount += 1
            guard !sessions.isEmpty else { continue }
            ring.append(change, missedBy: fanOut(change, among: changes, at: now))
        }
        departed = nil
    }

    /// What the transaction of a DELETE took away. `changes` holds at least all of that transaction.
    private func departed(with change: Change, among changes: [Change]) -> DepartedRows? {
        guard change.operation == .delete else { return nil }
        if let departed, departed.transaction == change.transaction { return departed }
        departed = DepartedRows(of: change.transaction, among: changes, feeds: binder.feeds)
        return departed
    }

    /// Gives a change to all whom it is for. Answers the audiences with members that are behind.
    private func fanOut(
        _ change: Change, among changes: [Change], at now: Instant
    ) -> [ChangeRing.Missed] {
        guard let feed = binder.feeds[change.table], feed.hasListeners(for: change.operation),
            let image = change.new ?? change.old
        else { return [] }
        let round = round(for: change, of: feed, at: now, departed(with: change, among: changes))
        guard image.values.count == feed.model.columns.count else {
            reportStale(feed)
            return []
        }
        judge(image, of: feed, in: round)
        var missed: [ChangeRing.Missed] = []
        for audience in touched {
            frames.removeAll(keepingCapacity: true)
            let showsOld = audience.mayShowOld(in: round)
            audience.appendFrames(showsOld: showsOld, in: round, to: &frames)
            var isMissed = false
            for frame in frames {
                if !feedMembers(of: audience, frame, change.sequence) { isMissed = true }
            }
            if isMissed {
                missed.append(ChangeRing.Missed(audience: audience.number, showsOld: showsOld))
            }
            if audience.isBroken { reportBroken(audience, change) }
        }
        return missed
    }

    /// Finds the audiences that a change is for, those with members that are behind as well: what
    /// each may hear of is decided now, once for all its members.
    private func judge(_ image: RowImage, of feed: ModelFeed, in round: Round) {
        found.removeAll(keepingCapacity: true)
        touched.removeAll(keepingCapacity: true)
        feed.collect(round.change.operation, image.values, into: &found)
        for listener in found {
            let verdict = listener.verdict(in: round)
            guard verdict != .fails else { continue }
            let audience = listener.audience
            if audience.note(listener, verdict, in: round) { touched.append(audience) }
        }
    }

    /// The innermost loop: one pointer queued per socket. Answers whether it was fed to all members.
    private func feedMembers(
        of audience: Audience, _ frame: FramedBytes, _ sequence: Int64
    ) -> Bool {
        let members = audience.members
        var count = 0
        for session in members where session.fedThrough >= sequence {
            count += 1
            if !session.feed(frame) { wait(session, after: sequence) }
        }
        counters.deliveries += count
        return count == members.count
    }

    private func round(
        for change: Change, of feed: ModelFeed, at now: Instant, _ departed: DepartedRows?
    ) -> Round {
        roundNumber += 1
        return Round(
            number: roundNumber, change: change, model: feed.model, now: now, reader: reader,
            departed: departed)
    }

    private func reportBroken(_ audience: Audience, _ change: Change) {
        counters.brokenDecisions += 1
        for session in audience.members {
            guard let channel = session.channels[audience.key.frames.topic] else { continue }
            session.tell(.unjudged(change), on: channel)
        }
    }

    /// A change whose row has other columns than the model: captured before a reload, delivered
    /// after it.
    private func reportStale(_ feed: ModelFeed) {
        let notice = SystemNotice.mustRefetch(
            "The model '\(feed.model.name)' has changed. Fetch the rows again.")
        for session in sessions.values {
            for channel in session.channels.values
            where channel.audience?.listeners.contains(where: { $0.feed === feed }) ?? false {
                session.tell(notice, on: channel)
            }
        }
    }
}

// A socket that is slow is a position in the ring. It costs nothing while it waits; when its queue
// has drained it reads on from there, and when the ring has passed it by it is told and closed.
extension RealtimeHub {
    private func wait(_ session: RealtimeSession, after sequence: Int64) {
        // The server may have closed the socket on this very frame.
        guard session.isOpen else { return }
        session.fedThrough = sequence
        waiting[ObjectIdentifier(session)] = session
    }

    /// Feeds a session that has waited, until it is level with the log or full again.
    func catchUp(_ session: RealtimeSession) {
        guard session.fedThrough != .max else { return }
        guard session.fedThrough >= ring.evictedThrough else {
            cut(session)
            return
        }
        let now = clock()
        expireTokens(at: now)
        while let entry = ring.next(after: session.fedThrough) {
            session.fedThrough = entry.change.sequence
            guard feed(entry, to: session, at: now) else { return }
        }
        session.fedThrough = .max
        waiting[ObjectIdentifier(session)] = nil
    }

    /// Feeds what the channels of one session have missed of a change. Answers whether there is room
    /// for more.
    private func feed(
        _ entry: ChangeRing.Entry, to session: RealtimeSession, at now: Instant
    ) -> Bool {
        let change = entry.change
        guard !entry.missed.isEmpty, let feed = binder.feeds[change.table] else { return true }
        let round = round(for: change, of: feed, at: now, nil)
        var hasRoom = true
        for channel in session.channels.values where channel.boundAfter < change.sequence {
            guard let audience = channel.audience, let missed = entry.missed(by: audience.number)
            else { continue }
            audience.noteFiltered(feed, in: round)
            frames.removeAll(keepingCapacity: true)
            audience.appendFrames(showsOld: missed.showsOld, in: round, to: &frames)
            for frame in frames where !session.feed(frame) { hasRoom = false }
            counters.deliveries += frames.count
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

extension SystemNotice {
    /// What is said of a change whose rule could not be evaluated.
    fileprivate static func unjudged(_ change: Change) -> SystemNotice {
        .mustRefetch("A change of '\(change.table)' could not be judged. Fetch the rows again.")
    }
}
