import Diagnostics
import Network
import PostgresWire

// Opening connections, and what comes of it.

extension PostgresPool {
    /// Looks for another connection of a lane, if it may have one.
    func open(_ state: LaneState) {
        guard !isClosed, state.retryAt == nil, state.searches.isEmpty,
            state.mayOpen(at: loop.nowMilliseconds), takeSlot(for: state)
        else { return }
        state.starvingSince = nil
        let search = HostSearch(state.lane, cluster: cluster, on: loop)
        state.searches.append(search)
        noteCounts(of: state)
        search.start { [weak self, weak search] outcome in
            guard let self, let search else { return }
            state.searches.removeAll { $0 === search }
            switch outcome {
            case .success(let connection): opened(connection, in: state)
            case .failure(let failure): notOpened(failure, in: state)
            }
        }
    }

    /// The same, if somebody waits whom no connection takes, or shall not have to.
    func openIfWanted(_ state: LaneState) {
        if state.isRefused || state.isWanting && state.next() == nil { open(state) }
    }

    /// One of the process's connections: a free one, or one that another lane of this loop does not
    /// use. If there is none we are woken when there is.
    private func takeSlot(for state: LaneState) -> Bool {
        let identifier = ObjectIdentifier(self)
        if cluster.budget.take(identifier) { return true }
        guard state.connections.isEmpty || !state.waiting.isEmpty else { return false }
        let idle = lanes.lazy.filter { $0 !== state }.flatMap(\.connections).first(where: \.isIdle)
        if let idle {
            idle.retire()
            // Its end may have opened what is wanted here already.
            if !state.searches.isEmpty { return false }
            if cluster.budget.take(identifier) { return true }
        }
        if state.connections.isEmpty, state.starvingSince == nil {
            state.starvingSince = loop.nowMilliseconds
        }
        let box = LoopBound(Weak(self), on: loop)
        let context = loop.context
        cluster.budget.wait(identifier) {
            context.post { box.value.object?.slotFreed() }
        }
        noteRefusal(of: state)
        return false
    }

    private func slotFreed() {
        openInTurn()
        // Nobody here may want it any more.
        cluster.budget.doneWaking(ObjectIdentifier(self))
    }

    /// Opens connections for lanes that wait, in their turn.
    func openInTurn() {
        for state in lanes.filter(\.isWanting).sorted(by: { $0.turn < $1.turn }) {
            openIfWanted(state)
        }
    }

    private func opened(_ connection: PostgresConnection, in state: LaneState) {
        connection.pool = self
        metrics.note { $0.connects += 1 }
        cluster.log(
            .connected(
                host: connection.host.shown, lane: state.lane,
                serverVersion: connection.setting("server_version") ?? "unknown"))
        cluster.budget.opened(by: ObjectIdentifier(self), isNews: state.isUnavailable)
        state.connections.append(connection)
        recover(state)
        noteCounts(of: state)
        feed(state)
        // What kept the others away may be over as well. One that is used is not taken from here.
        tryAgain()
    }

    private func recover(_ state: LaneState) {
        state.failures = nil
        state.refusedSince = nil
        state.retryAt = nil
        state.retry?.cancel()
        state.retry = nil
        state.backOff.reset()
        let isOver = cluster.standing.found(state.lane, of: ObjectIdentifier(self))
        if isOver { cluster.log(.available) }
    }

    private func notOpened(_ failure: HostSearch.SearchFailure, in state: LaneState) {
        metrics.note { $0.connectFailures += 1 }
        var treatment = failure.treatment
        if treatment == .shrink {
            cluster.budget.refused(failure.failures, to: ObjectIdentifier(self))
            return open(state)
        }
        if treatment == .goBare {
            if cluster.isBare { treatment = .backOff }
            for error in failure.failures.compactMap(\.serverError)
            where error.sqlState == .protocolViolation {
                cluster.noteSettingsRefused(error)
            }
        }
        cluster.budget.notOpened()
        state.refusedSince = nil
        if treatment == .goBare { return open(state) }
        let pause = state.backOff.next(treatment)
        state.retryAt = loop.nowMilliseconds + pause.wholeMilliseconds
        becomeUnavailable(state, failure.failures)
        state.retry?.cancel()
        state.retry = loop.schedule(after: pause) { [weak self] in
            state.retryAt = nil
            self?.open(state)
        }
    }

    /// A lane's search has failed: if it has no connection at all, nobody waits for one.
    func becomeUnavailable(_ state: LaneState, _ failures: [HostFailure]) {
        state.failures = failures
        guard state.isUnavailable else { return noteCounts(of: state) }
        let why = unavailability(of: state)
        if cluster.standing.lost(state.lane, of: ObjectIdentifier(self), why) {
            cluster.log(.unavailable(why))
        }
        fail(state.waiting.remove { _ in true }, .unavailable(why))
        noteCounts(of: state)
    }
}
