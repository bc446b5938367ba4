public import Diagnostics
import Network
import Work

extension PoolAccess {
    /// Makes the log and the triggers of these tables be what they should, where nobody follows
    /// their changes yet; see ``ChangeFeedDoor/capture(_:)``. Blocks; waits for other nodes that do
    /// the same.
    ///
    /// - Throws: `capture_failed` where a table or a right is missing, or what the connection
    ///   fails with.
    @discardableResult
    public func setUpCapture(
        _ models: [CapturedModel], in space: LogSpace = LogSpace(), _ scope: CaptureScope = .all
    ) throws(Problem) -> CaptureOutcome {
        precondition(!context.isCurrent, "a loop cannot wait for itself")
        let reply = Handover<Result<CaptureOutcome, Problem>>()
        let pool = pool
        context.post {
            let setup = CaptureSetup(models, in: space, scope, jitter: .random(in: 0...1))
            CaptureRun(setup, on: pool.value) { reply.give($0) }.start()
        }
        return try reply.take().get()
    }
}
