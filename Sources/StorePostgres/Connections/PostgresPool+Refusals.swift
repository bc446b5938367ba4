import Diagnostics
import Network

// A server that has no connection left for us: others have taken all, or all that its role or its
// database may have.

extension PostgresPool {
    /// Sees to a lane that wants a connection, where the server has refused one to the process. It
    /// goes on with what it has. If it has none it waits for one that the process does not need
    /// elsewhere, then no longer: it fails what waits and what comes, until it has got one.
    func noteRefusal(of state: LaneState) {
        guard let (refusal, hasOthers) = cluster.budget.refusal else { return }
        askAgain(at: refusal.until)
        guard state.connections.isEmpty else { return }
        let since = state.refusedSince ?? loop.nowMilliseconds
        state.refusedSince = since
        let patience = cluster.configuration.refusalPause.wholeMilliseconds / 2
        if hasOthers, loop.nowMilliseconds < since + patience { return }
        becomeUnavailable(state, refusal.failures)
    }

    /// Asks the server again at a moment of the loops' clock, unless others do before.
    private func askAgain(at moment: UInt64) {
        if let refusalTimer, refusalTimer.end <= moment { return }
        refusalTimer?.timer.cancel()
        let pause = Duration.milliseconds(moment - min(moment, loop.nowMilliseconds))
        let timer = loop.schedule(after: max(pause, .milliseconds(1))) { [weak self] in
            self?.refusalTimer = nil
            self?.openInTurn()
        }
        refusalTimer = (timer, moment)
    }

    /// The budget calls.
    func called(for call: ConnectionBudget.Call) {
        guard !isClosed else { return }
        switch call {
        case .yield:
            guard cluster.budget.isContended else { return }
            lanes.lazy.flatMap(\.connections).first(where: \.isIdle)?.retire()
        case .tryAgain: tryAgain()
        }
    }

    /// Opens what is wanted, without waiting for the end of a pause.
    func tryAgain() {
        for state in lanes where state.retryAt != nil {
            state.retryAt = nil
            open(state)
        }
        openInTurn()
    }
}
