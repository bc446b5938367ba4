import Addresses
import Diagnostics
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
        let start = monotonicNanoseconds()
        work(client)
        shares.note(monotonicNanoseconds() - start, of: caller)
        return true
    }

    /// Goes on when it is this caller's turn.
    func awaitStep(of shares: InputShares, for caller: Caller) {
        socket.isReadingPaused = true
        isStepAwaited = true
        shares.wait(caller) { [weak self] in
            guard let self else { return }
            isStepAwaited = false
            pump()
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
