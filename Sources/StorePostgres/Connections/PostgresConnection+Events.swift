import Network
import PostgresWire

extension PostgresConnection {
    /// Does what an event of the session asks for.
    func take(_ event: SessionEvent) {
        switch event {
        case .row(let step, let place): deliver(step, place)
        case .rowTooLong(let step, byteCount: _): rowTooLong(step)
        case .completed(let step, let tag): stepEnded(step, tag)
        case .suspended(let step): stepEnded(step, nil)
        case .finished(let unit, let outcome): finished(unit, outcome)
        case .columns(let step, let place):
            run(of: step.unit)?.unit?.onColumns?(step.index, session.columns(place))
        case .copyData(let step, let place): deliverCopy(step, place)
        case .copyIn: load()
        case .copyOut, .setting: break
        case .deriveKeys(let derivation): deriveKeys(derivation)
        case .ready: becameReady()
        case .notice(let error): cluster.log(.notice(error, host: host.shown))
        case .notification(let notification): loan?.onNotification?(notification)
        case .namedStatementsLost: cluster.noteNamesLost()
        case .ended(let end): ended(end)
        }
    }

    private func stepEnded(_ step: Step, _ tag: CommandTag?) {
        run(of: step.unit)?.unit?.onStep?(step.index, tag)
    }

    private func deriveKeys(_ derivation: SCRAMDerivation) {
        let box = LoopBound(Weak(self), on: loop)
        cluster.keys.derive(derivation, on: loop.context) { keys in
            guard let connection = box.value.object, !connection.isOver else { return }
            connection.session.provide(keys)
            connection.flush()
        }
    }
}
