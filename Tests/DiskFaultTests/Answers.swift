import Diagnostics
import Dispatch
import Synchronization

/// The answers to some writes.
final class Answers: Sendable {
    private let results: Mutex<[Result<Void, Problem>?]>
    private let bell = DispatchSemaphore(value: 0)
    private let count: Int

    init(_ count: Int) {
        self.count = count
        results = Mutex(Array(repeating: nil, count: count))
    }

    func give(_ result: Result<Void, Problem>, at index: Int) {
        results.withLock { $0[index] = result }
        bell.signal()
    }

    /// All of them; nil when some do not come within a minute.
    func wait() -> [Result<Void, Problem>?]? {
        let deadline = DispatchTime.now() + .seconds(60)
        for _ in 0..<count where bell.wait(timeout: deadline) == .timedOut { return nil }
        return results.withLock { $0 }
    }
}
