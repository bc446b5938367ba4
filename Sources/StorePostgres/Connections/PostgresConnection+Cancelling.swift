import Diagnostics
import Network
import PostgresWire

// Ending units before their time.

extension PostgresConnection {
    /// Nobody wants a unit any more.
    func withdrawn(_ run: UnitRun) {
        if isDelivering { return loop.atEndOfTurn { [weak self] in self?.withdrawn(run) } }
        if running.first === run { cancel(run) }
    }

    /// Ends units whose time is over: the one that runs is cancelled, or given up where the server
    /// should have ended it; a read behind it ends for its owner only.
    func endTimes(at now: UInt64) {
        if let first = running.first, first.phase == .over {
            let end = firstSince + ConnectionLimits.unwantedMilliseconds
            if now >= end { cancel(first) } else { watch(until: end) }
        }
        for (index, run) in running.enumerated() where run.phase == .running {
            guard run.deadline <= now else {
                watch(until: run.deadline)
                continue
            }
            run.fate = run.fate ?? .timedOut
            if index == 0, run.isEndedByServer {
                awaitEnd(of: run)
            } else if index == 0 {
                cancel(run)
            } else {
                run.tell(.failure(.timedOut))
            }
        }
    }

    /// Another unit has come to run. One that nobody wants any more is cancelled unless it ends
    /// soon.
    func lookAtFirst() {
        guard let first = running.first else { return }
        watchFirst()
        guard first.phase == .over else { return }
        watch(until: loop.nowMilliseconds + ConnectionLimits.unwantedMilliseconds)
    }

    /// Cancels what runs, which is this unit. The connection is given up if that does not end it,
    /// and begins nothing before both have ended, the unit and the request.
    func cancel(_ run: UnitRun) {
        guard !run.isEndedByServer, cancelRequest == nil, awaitEnd(of: run) else { return }
        requestCancel()
    }

    /// Gives the connection up unless what runs, which is this unit, ends soon.
    ///
    /// - Returns: whether that is new.
    @discardableResult
    private func awaitEnd(of run: UnitRun) -> Bool {
        guard ending == nil, running.first === run else { return false }
        let end = loop.nowMilliseconds + cluster.configuration.cancelTime.wholeMilliseconds
        ending = (run, end)
        watch(until: end)
        return true
    }

    /// Sends a request to cancel, or one more.
    func requestCancel() {
        guard cancelRequest == nil, let packet = session.requestCancel() else { return }
        let run = running.first
        for other in running where other !== run { other.mayBeHit = true }
        pool?.noteCancel()
        let opening = TransportOpening(
            to: host, socket.isSecure ? .required : .none, cluster: cluster, on: loop,
            address: socket.peerAddress)
        let request = CancelRequest(
            packet, over: opening, on: loop, within: cluster.configuration.cancelTime)
        cancelRequest = request
        cancelRequestSince = loop.nowMilliseconds
        request.start { [weak self] outcome in self?.cancelEnded(outcome) }
    }

    /// What should have ended goes on. Who waits here is told, or goes elsewhere. The connection is
    /// kept until the server has done with it, and so are its places among those of the lane and
    /// of the process: the server's own process would not even notice that it was closed.
    func abandon() {
        cluster.log(.outlivesTime(host: host.shown, lane: lane))
        isAbandoned = true
        phase = .leaving
        ending = nil
        cancelRequest?.cancel()
        cancelRequest = nil
        abandonedShare = running.first?.share
        if let first = running.first, first.fate == .tookLong { first.fate = .timedOut }
        for run in running { if let id = run.id { finished(id, .lost(mayHaveRun: true)) } }
        let loan = loan
        self.loan = nil
        loan?.connectionEnded()
        pool?.gotStuck(self)
    }

    private func cancelEnded(_ outcome: CancelRequest.Outcome) {
        cancelRequest = nil
        session.cancelEnded()
        guard !isOver else { return }
        switch outcome {
        case .ended:
            if ending != nil {
                watch(until: loop.nowMilliseconds + ConnectionLimits.cancelAgainMilliseconds)
            }
        case .unsure: phase = .leaving
        }
        // Others may have been waiting to be cancelled.
        endTimes(at: loop.nowMilliseconds)
        if ending == nil { watch(until: loop.nowMilliseconds) }
        settle()
    }
}
