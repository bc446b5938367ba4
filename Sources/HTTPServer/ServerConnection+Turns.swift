import Addresses
import HTTP
import Network
import Quotas

// When a connection goes on, and when it reads.

extension ServerConnection {
    /// Does a part of a request, and counts what it takes to its client; where he has had his share
    /// of this turn, it waits for another one, and false is returned.
    func inTurn(of client: Peer, _ action: RequestCycle.Action, _ work: (Peer) -> Void) -> Bool {
        let shares = server.requestShares
        let caller = Caller.anonymous(client.block)
        guard shares.time(for: caller) > 0 else {
            postponed = action
            awaitStep(of: shares, for: caller)
            return false
        }
        shares.spend(of: caller) { work(client) }
        return true
    }

    /// The same for a step of the TLS handshake, which is the peer's.
    func socket(_ socket: StreamSocket, shakesHands step: @escaping () -> Void) {
        let shares = server.requestShares
        let caller = Caller.anonymous(peer.block)
        guard shares.time(for: caller) > 0 else {
            return awaitStep(of: shares, for: caller) {
                $0.updateReading()
                step()
            }
        }
        shares.spend(of: caller, step)
    }

    /// Goes on when it is this caller's turn.
    func awaitStep(
        of shares: TurnShares, for caller: Caller,
        _ step: @escaping (ServerConnection) -> Void = { $0.pump() }
    ) {
        socket.isReadingPaused = true
        isStepAwaited = true
        shares.wait(caller) { [weak self] in
            guard let self else { return }
            isStepAwaited = false
            step(self)
        }
    }

    func updateReading() {
        let bytesMax = server.settings.connectionLimits.pipelineBytesMax
        if let webSocket {
            webSocket.updateReading()
        } else {
            socket.isReadingPaused =
                isHeldBack || !cycle.wantsInput(pipelineBytesMax: bytesMax)
            if memory.isShort { socket.expectDrain() }
        }
    }
}
