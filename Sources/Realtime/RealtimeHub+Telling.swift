import Expressions
import HTTP
import Quotas
import Schema
import Store

// One change, in steps: those whom it may concern are judged, then those whom it is for are told.
extension RealtimeHub {
    /// Who has been told of a change.
    enum Told {
        /// All whom it is for.
        case all
        /// Not all: the time of the step is over.
        case some
        /// Nobody: look-ups must be answered first.
        case nobody
    }

    /// Goes on with telling a change, as far as there is time.
    ///
    /// - Parameter changes: At least all of its transaction.
    func tell(_ telling: Telling, among changes: [Change], within step: inout Step) -> Told {
        while true {
            switch telling.stage {
            case .begins:
                telling.stage = begin(telling, among: changes)
            case .judging(let round):
                guard matcher.judge(in: round, within: &step) else { return .some }
                if matcher.lacksAnswers {
                    telling.stage = .begins
                    return .nobody
                }
                countSkipped()
                telling.stage = .telling(round)
            case .telling(let round):
                guard tellAudiences(telling, in: round, within: &step) else { return .some }
                telling.stage = .ends
            case .ending(let feed, let reset):
                guard endChannels(of: feed, because: reset, within: &step) else { return .some }
                telling.stage = .ends
            case .ends:
                return .all
            }
        }
    }

    private func begin(_ telling: Telling, among changes: [Change]) -> Telling.Stage {
        let change = telling.change
        if let reset = change.reset {
            return binder.feeds[change.table].map { .ending($0, reset) } ?? .ends
        }
        guard !sessions.isEmpty, let feed = binder.feeds[change.table],
            feed.hasListeners(for: change.operation), let image = change.new ?? change.old
        else { return .ends }
        let round = matcher.round(
            for: change, of: feed, among: changes, binder.feeds, at: telling.moment)
        guard image.values.count == feed.model.columns.count else {
            telling.notice = .staleColumns(of: feed.model.name)
            matcher.gather(feed, in: round)
            return .telling(round)
        }
        matcher.begin(image, of: feed, in: round)
        return .judging(round)
    }

    private func countSkipped() {
        guard matcher.skippedCount > 0 else { return }
        counters.overBudgetChanges += 1
        counters.skippedListeners += matcher.skippedCount
    }

    /// Answers whether there was time for all of them.
    private func tellAudiences(
        _ telling: Telling, in round: Round, within step: inout Step
    ) -> Bool {
        while let part = telling.part ?? nextPart(of: telling, in: round) {
            telling.part = part
            guard tell(part, in: round, within: &step) else { return false }
            if part.isMissed {
                let audience = part.audience
                telling.missed.append(
                    ChangeRing.Missed(
                        audience: audience.number, showsOld: audience.showsOld,
                        listeners: audience.hits))
            }
            telling.part = nil
        }
        return true
    }

    /// Answers whether there was time for all of it.
    private func tell(
        _ part: Telling.Part, in round: Round, within step: inout Step
    ) -> Bool {
        while let item = part.item ?? part.begin(in: round, within: &step) {
            while let session = part.audience.takeUntold() {
                tell(session, item, of: part)
                if step.isOverAfterUnit() { return false }
            }
            part.end()
        }
        return true
    }

    private func nextPart(of telling: Telling, in round: Round) -> Telling.Part? {
        guard let audience = matcher.nextAudience() else { return nil }
        let change = telling.change
        var notice = telling.notice
        if audience.isBroken {
            counters.brokenDecisions += 1
            notice = .unjudged(change)
        } else if audience.isPassedOver, round.departed?.mustWarn(audience, of: change) ?? true {
            notice = .passedOver(change)
        }
        return Telling.Part(audience, notice, of: change.sequence)
    }

    /// The innermost work: one pointer queued.
    private func tell(
        _ session: RealtimeSession, _ item: Telling.Part.Item, of part: Telling.Part
    ) {
        // It may have ended while its channels are yet to be taken out.
        guard session.isOpen else { return }
        switch item {
        case .frame(let frame):
            if session.isBehind(part.sequence) {
                part.isMissed = true
            } else if !part.hasLater || !part.audience.isOld(part.sequence, for: session) {
                counters.deliveries += 1
                // The server may have closed the socket on this very frame.
                if !session.feed(frame), session.isOpen {
                    backlog.wait(session, after: part.sequence)
                }
            }
        case .notice(let notice):
            let topic = part.audience.topic
            if let channel = session.channels[topic] { session.tell(notice, on: channel) }
        }
    }

    /// Ends the channels that follow a table whose changes cannot be told row by row. It looks like
    /// a fault to stock clients: they join again by themselves, and tell their callers of both, who
    /// fetch the rows anew.
    ///
    /// - Returns: whether there was time for all of them.
    private func endChannels(
        of feed: ModelFeed, because reset: Change.Reset, within step: inout Step
    ) -> Bool {
        let notice = SystemNotice.reset(reset, of: feed.model.name)
        // With its last member an audience stops listening.
        while let audience = feed.listeners.last?.audience,
            let session = audience.members.last?.session,
            let channel = session.channels[audience.topic]
        {
            if session.isOpen { counters.resets += 1 }
            session.fail(channel, because: notice)
            if step.isOverAfterUnit() { return false }
        }
        return true
    }
}

// What has to wait for the change that is being told.
extension RealtimeHub {
    /// Whether a change is half told: the session goes on when it has been told.
    func mustWait(_ session: RealtimeSession) -> Bool {
        guard telling?.isUnderWay == true else { return false }
        pause(session)
        return true
    }

    /// Has a session wait for its turn among the others.
    func pause(_ session: RealtimeSession) {
        guard !session.isPaused else { return }
        session.isPaused = true
        paused.append(session, of: session.identity.caller(from: session.block))
    }

    /// Lets those go on who have waited, in turns of their callers and as far as there is time; the
    /// others wait for the end of the next change, or for the next turn.
    func letGoOn(within step: inout Step) {
        while let (session, caller) = paused.popFirst() {
            session.goOn()
            paused.charge(1, to: caller)
            if step.isOver || session.isPaused { break }
        }
        if !paused.isEmpty { letGoOnLater() }
    }

    /// Lets those go on in a later turn who wait.
    func letGoOnLater() {
        guard !letsGoOnLater else { return }
        letsGoOnLater = true
        inLaterTurn { [weak self] in
            guard let self else { return }
            letsGoOnLater = false
            if telling?.isUnderWay == true { return }
            var step = Step(settings.stepTime, uptime: uptime)
            letGoOn(within: &step)
        }
    }

    /// Another catalogue comes: whoever is still to be told of a change, or whose channel it ends,
    /// is told in one go, by the rules that it was judged by. Where some are not judged yet, all
    /// are judged by the new ones.
    func settleTelling() {
        guard let telling else { return }
        var step = Step(nil, uptime: uptime)
        switch telling.stage {
        case .begins, .ends: break
        case .judging: telling.stage = .begins
        case .telling(let round):
            _ = tellAudiences(telling, in: round, within: &step)
            // What sockets have missed goes with the older changes.
            telling.missed = []
            settled(telling)
        case .ending(let feed, let reset):
            _ = endChannels(of: feed, because: reset, within: &step)
            settled(telling)
        }
    }

    private func settled(_ telling: Telling) {
        telling.stage = .ends
        backlog.reach(telling.change.sequence)
    }
}
