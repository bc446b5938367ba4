import Diagnostics
import Quotas
import Store
import Synchronization

@testable import StoreSQLite

extension SQLiteDatabase {
    /// Runs a read on the slow lane. When the calling task is cancelled, it is withdrawn.
    func readSlowly<R: Sendable>(
        _ body: @escaping @Sendable (SQLiteReader) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let withdrawal = LateWithdrawal()
        let result: Result<R, Problem> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                withdrawal.set(slowLane.pending(for: .server, body).start {
                        continuation.resume(returning: $0)
                    })
            }
        } onCancel: {
            withdrawal.withdraw()
        }
        return try result.get()
    }
}

/// Withdraws what may not have begun yet.
private final class LateWithdrawal: Sendable {
    private struct State {
        var withdraw: (@Sendable () -> Void)?
        var isWithdrawn = false
    }

    private let state = Mutex(State())

    func set(_ withdraw: @escaping @Sendable () -> Void) {
        let isWithdrawn = state.withLock { state in
            state.withdraw = withdraw
            return state.isWithdrawn
        }
        if isWithdrawn { withdraw() }
    }

    func withdraw() {
        let withdraw = state.withLock { state in
            state.isWithdrawn = true
            return state.withdraw
        }
        withdraw?()
    }
}
