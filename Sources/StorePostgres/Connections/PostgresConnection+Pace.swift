import Network
import PostgresWire
import Quotas

// How long the unit that runs has been at it.

extension PostgresConnection {
    /// Whether a unit that takes long is in front of whatever would be begun.
    var isHeldUp: Bool { running.first?.overdueSince != nil }

    /// Whether others cannot count on it for some time.
    func isStuck(at now: UInt64) -> Bool {
        if isAbandoned { return true }
        if cancelRequest != nil,
            now >= cancelRequestSince + bounds.slowMilliseconds
        {
            return true
        }
        guard let since = running.first?.overdueSince else { return false }
        return now >= since + bounds.leftMilliseconds
    }

    private var bounds: Patience { cluster.configuration.patience }

    /// Another unit is the first of those in flight.
    func watchFirst() {
        firstSince = loop.nowMilliseconds
        watch(until: firstSince + roundTrip + bounds.heldUpMilliseconds)
    }

    /// Keeps what an attempt tells of the way to the server, and of the unit's plan.
    func notePace(of run: UnitRun, _ outcome: UnitOutcome) {
        let time = loop.nowMilliseconds - run.begun
        roundTrip = min(roundTrip, time)
        guard let pace = run.pace, pace.isMarked(at: loop.nowMilliseconds),
            case .succeeded = outcome
        else { return }
        if time < roundTrip + bounds.slowMilliseconds {
            pace.noteQuick(for: run.caller)
        }
    }

    /// Looks at the first unit, from a timer: what has come by now has been read by then, so that
    /// nobody is taken for slow because the loop is late. A read that holds up others is ended and
    /// run on the slow lane, or waits there for a connection that it may have for long; the server
    /// itself ends such writes, which must not be cancelled while they are committed.
    func lookAtPace(at now: UInt64) {
        guard let first = running.first, ending == nil else { return }
        let due = firstSince + roundTrip + bounds.heldUpMilliseconds
        guard now >= due else { return watch(until: due) }
        guard let since = first.overdueSince else {
            first.overdueSince = now
            watchOverdue(first, since: now)
            return
        }
        if now < since + patience(with: first, at: since) {
            return watchOverdue(first, since: since)
        }
        guard mayMove(first) else {
            pool?.gotStuck(self)
            return
        }
        if first.isTried, pool?.mayGoOn(first) == true {
            first.isTried = false
            return
        }
        first.fate = first.fate ?? .tookLong
        cancel(first)
    }

    private func watchOverdue(_ run: UnitRun, since: UInt64) {
        watch(until: since + patience(with: run, at: since))
    }

    private func mayMove(_ run: UnitRun) -> Bool {
        run.phase == .running && run.effect == .reads && loan == nil
            && (run.isTried || run.pace != nil && lane.slowLane != nil)
    }

    /// What a unit that is overdue has left: less where its plan is known to be slow.
    private func patience(with run: UnitRun, at now: UInt64) -> UInt64 {
        if run.isTried { return bounds.longLeftMilliseconds }
        return run.pace?.isSlow(for: run.caller, at: now) == true && mayMove(run)
            ? bounds.heldUpMilliseconds : bounds.leftMilliseconds
    }
}
