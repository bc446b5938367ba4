import Synchronization

/// Work in steps that follow one another on several threads, withdrawn as a whole. Any thread.
public final class WithdrawableSteps: Sendable {
    /// Withdraws what has been handed over, as far as it has not begun.
    public typealias Withdrawal = @Sendable () -> Void

    private struct State {
        var withdrawals: [Withdrawal] = []
        var isWithdrawn = false
    }

    private let state = Mutex(State())

    /// No step has begun.
    public init() {}

    /// Begins a step, unless the work has been withdrawn.
    ///
    /// - Parameter step: Hands it over, and returns what withdraws it; nil if it is done.
    /// - Returns: Whether it has begun.
    @discardableResult
    public func begin(_ step: () -> Withdrawal?) -> Bool {
        if state.withLock({ $0.isWithdrawn }) { return false }
        guard let withdrawal = step() else { return true }
        let isWithdrawn = state.withLock { state in
            state.withdrawals.append(withdrawal)
            return state.isWithdrawn
        }
        if isWithdrawn { withdrawal() }
        return true
    }

    /// Withdraws the steps so far, and those that are still to come.
    public func withdraw() {
        let withdrawals = state.withLock { state in
            state.isWithdrawn = true
            return state.withdrawals
        }
        for withdraw in withdrawals { withdraw() }
    }
}
