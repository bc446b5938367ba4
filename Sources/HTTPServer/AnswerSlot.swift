import HTTP
import Network
import Quotas

/// Where the answer to one request arrives from another thread.
///
/// The other thread holds the slot and not the connection, which must end on its own loop: the loop
/// takes it out when the answer has come or the peer is gone.
final class AnswerSlot: Sendable {
    private let context: LoopContext
    /// Touched on the loop only: every access is behind `requireLoop`.
    nonisolated(unsafe) private var connection: ServerConnection?
    /// As `connection`.
    nonisolated(unsafe) private var withdraw: Answer.Withdrawal?

    /// A slot for the request that `connection` is to answer. To be called on its loop.
    init(_ connection: ServerConnection) {
        context = connection.socket.loop.context
        unsafe self.connection = connection
    }

    /// Hands over work whose answer shall come here. Loop thread only.
    func begin(_ work: Answer.Deferral, for request: Request) {
        requireLoop()
        let end = LoopBound(request, on: context.loop)
        let withdraw = work { [self] answer in
            context.post { self.take()?.arrived(end.value, answer()) }
        }
        unsafe self.withdraw = withdraw
    }

    /// Hands over work whose end shall be told here. Loop thread only.
    func begin(_ preparation: Preparation, for request: Request, within memory: HeldMemory) {
        requireLoop()
        let end = LoopBound((preparation.answer, request), on: context.loop)
        let withdraw = preparation.begin(memory) { [self] in
            context.post {
                let (answer, request) = end.value
                self.take()?.prepared(request, answer)
            }
        }
        unsafe self.withdraw = withdraw
    }

    /// Ends the waiting: nobody is left who wants the answer. Loop thread only.
    func abandon() {
        requireLoop()
        unsafe withdraw?()
        empty()
    }

    /// The connection, if it still waits.
    private func take() -> ServerConnection? {
        requireLoop()
        defer { empty() }
        return unsafe connection
    }

    private func empty() {
        unsafe connection = nil
        unsafe withdraw = nil
    }

    private func requireLoop() {
        precondition(context.isCurrent, "not on the loop of the connection")
    }
}
