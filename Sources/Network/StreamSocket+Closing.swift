import CLinux
import Glibc

extension StreamSocket {
    /// Everything is sent: says so, with TLS in its own words first, and waits for the peer's end.
    func shutDownOutput() {
        guard !hasShutDown else { return }
        hasShutDown = true
        shutdown(descriptor, Int32(SHUT_WR))
        if hasSeenEnd { finish(.closed) }
    }

    /// The peer ended its direction.
    func reachEnd() {
        guard !hasSeenEnd else { return }
        hasSeenEnd = true
        updateInterest()
        switch phase {
        case .open: delegate?.socketReachedEnd(self)
        case .closing: if hasShutDown { finish(.closed) }
        case .closed: break
        }
    }

    /// Drops input of a closing connection, up to a bound.
    func discard(_ count: Int) {
        discardedBytes += count
        if discardedBytes > Limits.discardedBytes { return finish(.aborted) }
        prolongClosing()
    }

    /// A closing connection has made progress: it has time for more, within its bound.
    func prolongClosing() {
        guard let closingTimer else { return }
        let left = lingersUntil - min(lingersUntil, loop.nowMilliseconds)
        closingTimer.rearm(
            after: .milliseconds(min(left, UInt64(Limits.closingMilliseconds))))
    }

    /// Closes the descriptor now; the delegate hears of it at the end of the turn.
    func finish(_ reason: CloseReason) {
        guard phase != .closed else { return }
        if let registration { loop.deregister(registration) }
        release(reason)
    }

    /// The loop has forgotten its registrations already.
    func loopEnded() {
        guard phase != .closed else { return }
        release(.loopEnded)
    }

    private func release(_ reason: CloseReason) {
        phase = .closed
        registration = nil
        closingTimer?.cancel()
        closingTimer = nil
        output.removeAll()
        plain.removeAll()
        closeDescriptor(descriptor)
        guard delegate != nil else { return }
        loop.atEndOfTurn {
            let delegate = self.delegate
            self.delegate = nil
            delegate?.socketClosed(self, reason: reason)
        }
    }
}
