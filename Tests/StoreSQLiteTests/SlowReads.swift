import Diagnostics
import Quotas
import Store

@testable import StoreSQLite

extension SQLiteDatabase {
    /// Runs a read on the slow lane. When the calling task is cancelled, it is withdrawn.
    func readSlowly<R: Sendable>(
        _ body: @escaping @Sendable (SQLiteReader) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let steps = WithdrawableSteps()
        let result: Result<R, Problem> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasBegun = steps.begin {
                    slowLane.pending(for: .server, body).start {
                        continuation.resume(returning: $0)
                    }
                }
                if !hasBegun { continuation.resume(returning: .failure(.withdrawn)) }
            }
        } onCancel: {
            steps.withdraw()
        }
        return try result.get()
    }
}
