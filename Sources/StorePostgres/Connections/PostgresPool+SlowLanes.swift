import Network
import Quotas

// Units that take long.

extension PostgresPool {
    /// The slow lane of a unit whose plan is known to be slow for its caller; nil for others.
    func slowLane(for run: UnitRun) -> Lane? {
        guard let pace = run.pace, pace.isSlow(for: run.caller, at: loop.nowMilliseconds) else {
            return nil
        }
        return run.lane.slowLane
    }

    /// Takes a part of its caller's share for a unit of a slow lane.
    ///
    /// - Throws: That none is left, of the caller's, of his site's or of all.
    func takeShare(for run: UnitRun) throws(UnitFailure) {
        guard run.lane.isSlow, run.share == nil else { return }
        do throws(ShareShortage) {
            run.share = try SlowShare(of: run.caller, in: cluster, giveWay: displacement(of: run))
        } catch {
            throw .slowQueueFull(error)
        }
    }

    /// What refuses a unit for another caller's, from any thread. One that runs by then goes on:
    /// there are few of them.
    private func displacement(of run: UnitRun) -> @Sendable () -> Void {
        let box = LoopBound((pool: Weak(self), run: Weak(run)), on: loop)
        let context = loop.context
        return {
            context.post {
                guard let run = box.value.run.object else { return }
                box.value.pool.object?.refuse(run)
            }
        }
    }

    /// Refuses a unit that waits, at once: nobody begins it any more.
    private func refuse(_ run: UnitRun) {
        guard run.phase == .waiting else { return }
        metrics.note { $0.refused.count(.inAll) }
        run.tell(.failure(.slowQueueFull(.inAll)))
    }

    /// A unit has been ended because it held up others, or would have: on its first lane, or on the
    /// connection of a slow one that is kept for what is short.
    func runSlowly(_ run: UnitRun, _ reason: Pace.Reason) {
        // Once: on a slow lane it has been noted before.
        if run.lane.slowLane != nil {
            run.pace?.note(reason, for: run.caller, at: loop.nowMilliseconds)
        }
        metrics.note { $0.unitsRepeated += 1 }
        moveToSlowLane(run)
    }

    /// A unit has run so long: where it is known for that, the next such one of its lane rests.
    func noteLong(_ run: UnitRun, _ milliseconds: UInt64) {
        guard run.isLong else {
            // Those of the slow lanes take no turn from it, and nobody else's from the others.
            if !run.lane.isSlow { state(of: .slowWrite).longRest.noteShort(of: run.caller) }
            return
        }
        let state = state(of: run.lane)
        let now = loop.nowMilliseconds
        state.longRest.begin(after: milliseconds, of: run.caller, at: now) { rest in
            loop.schedule(after: rest) { [weak self, weak state] in
                guard let self, let state else { return }
                state.longRest.over()
                feed(state)
            }
        }
    }

    /// Whether a unit that has been tried on a slow lane may go on as it is.
    func mayGoOn(_ run: UnitRun) -> Bool { !state(of: run.lane).isFullOfLong }

    /// Has a unit wait for its turn on the slow lane, or for its next one there.
    func moveToSlowLane(_ run: UnitRun) {
        run.move(to: run.lane.slowLane ?? run.lane)
        do throws(UnitFailure) {
            try takeShare(for: run)
        } catch {
            return fail([.unit(run)], error)
        }
        runAgain(run)
    }
}
