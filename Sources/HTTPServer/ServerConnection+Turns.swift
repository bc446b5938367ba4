import Addresses
import HTTP
import Network
import Quotas

// When a connection goes on, and when it reads.

extension ServerConnection {
    /// A timer without delay fires in the next turn, when others have had theirs.
    func continueNextTurn() {
        socket.isReadingPaused = true
        _ = socket.loop.schedule(after: .zero) { [weak self] in self?.pump() }
    }

    /// Has the next chunks decoded when it is this caller's turn.
    func awaitStep() {
        socket.isReadingPaused = true
        guard !isStepAwaited else { return }
        isStepAwaited = true
        let caller = Caller.anonymous(admitted?.request.peer.block ?? block)
        server.inputShares.wait(caller) { [weak self] _ in
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
