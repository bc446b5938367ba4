public import Diagnostics
import Expressions

extension RealtimeHub {
    /// Does what is due: ended and revoked tokens, silent sockets, sockets without a channel, slow
    /// sockets; and says what nobody listens to any more. Called once a second.
    ///
    /// - Parameter now: the wall clock's time, which tokens end by.
    public func tick(now: Instant) {
        expireTokens(at: now)
        // Not when the last listener leaves: a reload, and whoever joins anew, takes all out first.
        let heard = binder.feeds.values.filter(\.isHeard)
        demand.subside(to: Set(heard.flatMap(\.tablesHeard)))
        checkTokens(at: uptime())
        guard unseen.isEmpty else { return }
        unseen = Array(sessions.values)
        lookAtUnseen()
    }

    /// Looks at the sockets as far as there is time, and at the others in later turns: many may be
    /// due together.
    private func lookAtUnseen() {
        let moment = uptime()
        var step = Step(settings.stepTime, uptime: uptime)
        while let session = unseen.popLast() {
            guard session.isOpen else { continue }
            look(at: session, at: moment)
            let isOver = session.isOpen ? step.isOverAfterUnit() : step.isOver
            if isOver, !unseen.isEmpty {
                return inLaterTurn { [weak self] in self?.lookAtUnseen() }
            }
        }
    }

    /// Closes a socket that is too slow, or has long been silent or without a channel; feeds one
    /// that waits.
    private func look(at session: RealtimeSession, at moment: ContinuousClock.Instant) {
        if session.fedThrough != .max {
            if backlog.hasPassed(session) {
                cut(session)
            } else if session.hasRoom {
                catchUp(session)
            }
        }
        if moment - session.lastHeard > .seconds(settings.idleSecondsMax) {
            session.close(code: 1001, reason: "idle")
        } else if session.channels.isEmpty,
            moment - session.emptySince > .seconds(settings.emptySecondsMax)
        {
            session.close(code: 1001, reason: "no channel joined")
        }
    }

    /// Closes the channels whose token has ended, before they are told anything more.
    func expireTokens(at now: Instant) {
        for (channel, session) in tokens.ended(by: now) {
            guard case .failure(let refusal) = channel.identity.current(at: now) else { continue }
            session.end(channel, because: .tokenRefused(refusal))
        }
    }
}

// Tokens that may have been revoked are looked at in steps, between which the loop does other
// things.
extension RealtimeHub {
    /// Closes the channels whose token is no longer good: its session has been signed out.
    private func checkTokens(at uptime: ContinuousClock.Instant) {
        let isUnderWay = !doubted.isEmpty
        switch tokens.doubt(at: uptime) {
        case .none: break
        case .ofSessions(let ended):
            for session in ended {
                for socket in tokens.sockets(of: session) {
                    doubted.append(socket, ofSession: session)
                }
            }
        case .all:
            for socket in sessions.values { doubted.append(socket, ofSession: nil) }
        }
        if !isUnderWay { checkDoubted() }
    }

    private func checkDoubted() {
        let step = Step(settings.stepTime, uptime: uptime)
        while !doubted.isEmpty {
            if let (socket, channel) = doubted.advance() { check(channel, of: socket) }
            if !doubted.isEmpty, step.isOver {
                return inLaterTurn { [weak self] in self?.checkDoubted() }
            }
        }
    }

    private func check(_ channel: Channel, of socket: RealtimeSession) {
        guard let token = channel.token, case .failure(let refusal) = authenticate(token) else {
            return
        }
        socket.end(channel, because: .tokenRefused(refusal))
    }
}
