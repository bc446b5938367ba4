import Network
import PostgresWire
import Store

// The connection, and what is done on it.

extension ChangeFeed {
    /// Begins what is wanted, as far as nothing else runs.
    func proceed() {
        while isRunning, let work = Work.allCases.first(where: mayBegin) {
            guard let connection, connection.isOpen else { return connect() }
            wanted.remove(work)
            isBusy = isBusy || work.isOnConnection
            switch work {
            case .tick: tick(connection)
            case .look: look(connection)
            case .read: read(connection)
            case .inspect: inspect()
            }
        }
    }

    private func mayBegin(_ work: Work) -> Bool {
        guard wanted.contains(work), !isBusy || !work.isOnConnection else { return false }
        return switch work {
        case .tick, .look: true
        case .read: readPause == nil
        case .inspect: inspection == nil
        }
    }

    /// What ran is over, and has been told of.
    func ended() {
        isBusy = false
        proceed()
    }

    private func connect() {
        guard !isConnecting else { return }
        isConnecting = true
        pool.lend(within: CaptureLimits.feedTimeout) { [weak self] result in
            guard let self, isRunning else {
                if case .success(let lent) = result { lent.giveBack() }
                return
            }
            isConnecting = false
            switch result {
            case .success(let lent): connected(lent)
            case .failure(let failure): notConnected(failure)
            }
        }
    }

    private func connected(_ lent: LentConnection) {
        connection = lent
        lent.onEnd = { [weak self, weak lent] in
            guard let self, let lent, connection === lent else { return }
            drop()
        }
        lent.onNotification = { [weak self] notification in
            guard let self, notification.channel == space.channel,
                let cut = Int64(notification.payload)
            else { return }
            heard(of: cut)
        }
        if let process = lent.processID {
            lent.submit(
                PostgresUnit(.reads, script: presence.announcement(to: process)) { _ in },
                within: CaptureLimits.feedTimeout)
        }
        // It may be refused, as by a standby: then none comes.
        let listen = "LISTEN \(quoted(identifier: space.channel))"
        lent.submit(
            PostgresUnit(.reads, script: listen) { _ in }, within: CaptureLimits.feedTimeout)
        // One that has failed waits for its time: it may be what ends connections.
        if failedInspections == 0 { wanted.insert(.inspect) }
        proceed()
    }

    /// What is wanted fails with it: that is tried again later and later. Reading and inspecting
    /// wait until one of them works.
    private func notConnected(_ failure: UnitFailure) {
        note(failure, of: .tick)
        if wanted.remove(.tick) != nil { take(.tickFailed) }
        if wanted.remove(.look) != nil { take(.lookFailed) }
    }

    /// Gives up the connection, whatever state it is in. The next one looks at once for what was
    /// told of meanwhile.
    func drop() {
        connection?.giveBack(.closed)
        connection = nil
        trust.takeLoss()
        take(.listening(false))
    }

    // MARK: Notifications

    private func heard(of cut: Int64) {
        let wasListening = trust.isListening
        trust.take(notified: cut)
        if !wasListening { take(.listening(true)) }
        take(.notified(cut))
    }

    /// An answer has told of the newest cut.
    private func found(_ cut: Int64, last: Int64, of epoch: String) {
        let wasListening = trust.isListening
        trust.take(found: cut)
        if wasListening, !trust.isListening { take(.listening(false)) }
        if epoch != place.epoch { schedule.renumber() }
        take(cut: cut, last: last, of: epoch)
    }

    // MARK: Ticks and looks

    private func tick(_ connection: LentConnection) {
        door.tickBegins()
        var answer: Result<Tick, LogFault>?
        let unit = PostgresUnit(.writes) { [statements] session, unit in
            for step in statements.tick { session.execute(step, in: unit, columns: .never) }
        } completion: { [weak self] result in
            guard let self else { return }
            switch (result, answer) {
            case (.success, .success(let tick)):
                noteSuccess(of: .tick)
                let changes = tick.last - place.newest
                found(tick.cut, last: tick.last, of: tick.epoch)
                take(.tickEnded(newest: tick.cut, changes: changes))
            case (.success, .failure(let fault)): unreadable(fault, .tick)
            case (.success, nil): failed(.lost(mayHaveRun: true), .tick)
            case (.failure(let failure), _): failed(failure, .tick)
            }
            ended()
        }
        // The second step's is the only row.
        unit.onRow = { _, row in answer = Result { () throws(LogFault) in try Tick(row) } }
        connection.submit(unit, within: CaptureLimits.feedTimeout)
    }

    private func look(_ connection: LentConnection) {
        var answer: Result<Cut, LogFault>?
        let unit = PostgresUnit(.reads) { [statements] session, unit in
            session.execute(statements.newestCut, in: unit, columns: .never)
        } completion: { [weak self] result in
            guard let self else { return }
            switch (result, answer) {
            case (.success, .success(let cut)):
                noteSuccess(of: .look)
                found(cut.number, last: cut.last, of: cut.epoch)
                take(.lookEnded(newest: cut.number))
            case (.success, .failure(let fault)): unreadable(fault, .look)
            case (.success, nil): failed(.lost(mayHaveRun: false), .look)
            case (.failure(let failure), _): failed(failure, .look)
            }
            ended()
        }
        unit.onRow = { _, row in answer = Result { () throws(LogFault) in try Cut(row) } }
        connection.submit(unit, within: CaptureLimits.feedTimeout)
    }

    /// Tries again, on another connection: this one may be in a transaction that has failed, or
    /// lead to a server that takes no writes any more.
    private func failed(_ failure: UnitFailure, _ work: Work) {
        note(failure, of: work)
        take(work == .tick ? .tickFailed : .lookFailed)
        if connection != nil { drop() }
    }

    /// The row of a cut is damaged, or of a later version. It is tried again: what follows on from
    /// here is told when it can be read.
    private func unreadable(_ fault: LogFault, _ work: Work) {
        take(fault)
        take(work == .tick ? .tickFailed : .lookFailed)
    }
}
