public import Quotas
import Synchronization

/// What is worked out on another thread before a request can be answered, and who answers then.
/// Confined to the loop of its connection.
public struct Preparation {
    /// Hands the work over. It says once, from any thread, that it is done.
    ///
    /// - Parameter memory: For what the work makes of the request, until that is answered. Asked
    ///   where the work is done.
    /// - Returns: what withdraws the work, as ``Answer/Deferral`` does.
    public let begin:
        (_ memory: HeldMemory, _ done: @escaping @Sendable () -> Void) -> Answer.Withdrawal
    /// Makes the answer when the work is done.
    public let answer: () -> Answer

    /// Work, and what answers with its result.
    ///
    /// - Parameters:
    ///   - begin: Hands the work over, and takes what withdraws it. The result is told once, from
    ///     any thread.
    ///   - answer: Called on the loop.
    public init<Result: Sendable>(
        _ begin:
            @escaping (
                _ memory: HeldMemory, _ done: @escaping @Sendable (Result) -> Void
            ) -> Answer.Withdrawal,
        answer: @escaping (Result) -> Answer
    ) {
        let place = Place<Result>()
        self.begin = { memory, done in
            begin(memory) { result in
                place.result.withLock { $0 = result }
                done()
            }
        }
        self.answer = {
            guard let result = place.result.withLock({ $0.take() }) else {
                preconditionFailure("answered before the work was done")
            }
            return answer(result)
        }
    }
}

/// Where the result comes to.
private final class Place<Result: Sendable>: Sendable {
    let result = Mutex<Result?>(nil)
}
