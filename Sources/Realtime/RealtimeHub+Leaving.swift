import Expressions
import Quotas

// A socket that has ended is gone at once: nothing is told to it. Its channels, of which it may
// have a hundred, are taken out in steps, between which the loop does other things; and so are the
// lists of values that nobody holds any more, whoever has left them.
extension RealtimeHub {
    /// Takes the channels of a socket out that has ended, in later turns.
    func takeOut(_ session: RealtimeSession) {
        guard !session.channels.isEmpty else { return }
        leaving.append(session, of: session.identity.caller(from: session.block))
        takeOutLater()
    }

    /// Hears of lists that nobody holds any more from the feeds, which are others.
    func watchLists() {
        for feed in binder.feeds.values {
            feed.lists.whenUnused = { [weak self] in self?.takeOutLater() }
        }
    }

    private func takeOutLater() {
        guard !takesOutLater else { return }
        takesOutLater = true
        inLaterTurn { [weak self] in
            guard let self else { return }
            takesOutLater = false
            var step = Step(settings.stepTime, uptime: uptime)
            takeOut(within: &step)
            takeListsOut(within: &step)
        }
    }

    /// Another catalogue comes: nobody may be found among the listeners of the former one.
    func settleLeaving() {
        var step = Step(nil, uptime: uptime)
        takeOut(within: &step)
    }

    /// Takes channels out, in turns of their callers and as far as there is time: one at the least.
    private func takeOut(within step: inout Step) {
        var isOver = false
        while !isOver, let (session, caller) = leaving.popFirst() {
            var count: UInt64 = 0
            while !isOver, let channel = session.channels.first?.value {
                session.remove(channel)
                count += 1
                isOver = step.isOver
            }
            leaving.charge(count, to: caller)
            if !session.channels.isEmpty { leaving.append(session, of: caller) }
        }
        if !leaving.isEmpty { takeOutLater() }
    }

    /// Takes lists out of the indexes, as far as there is time: one at the least.
    private func takeListsOut(within step: inout Step) {
        for feed in binder.feeds.values {
            while !feed.lists.isSettled {
                feed.lists.takeOutNext()
                if step.isOver { return takeOutLater() }
            }
        }
    }
}
