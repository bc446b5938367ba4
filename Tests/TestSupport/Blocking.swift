import Foundation
import Synchronization
public import Testing

/// Runs tests that block, or compute for seconds, on threads of their own.
///
/// Tests share a pool of as many threads as there are cores. One that blocks takes a thread of it
/// from all others, which then wait until their time limits are over.
public struct Blocking: SuiteTrait, TestTrait, TestScoping {
    /// Whether the tests of a suite have it too.
    public var isRecursive: Bool { true }

    /// Runs a test where it holds up nobody.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(BlockingExecutor.shared) { try await function() }
    }
}

extension Trait where Self == Blocking {
    /// For what blocks a thread, or computes for seconds.
    public static var blocking: Self { Blocking() }
}

/// A few threads for jobs that block.
private final class BlockingExecutor: TaskExecutor {
    static let shared = BlockingExecutor()

    private struct State {
        var jobs: [UnownedJob] = []
        var threads = 0
    }

    private static let threadsMax = 4
    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.threads < Self.threadsMax else { return false }
            state.threads += 1
            return true
        }
        guard needsThread else { return }
        let thread = Thread { [self] in work() }
        // What a test does may be deep.
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func work() {
        while let job = next() { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// The next job; nil, and one thread fewer, when there is none.
    private func next() -> UnownedJob? {
        state.withLock { state in
            if state.jobs.isEmpty {
                state.threads -= 1
                return nil
            }
            return state.jobs.removeFirst()
        }
    }
}
