import Synchronization
public import Testing

/// Lets few tests run at a time where each has a database on the server of all tests: as many as
/// there are tests would be more than a server takes. Where they need none, all run as they may.
public struct FewAtOnce: SuiteTrait, TestTrait, TestScoping {
    /// Whether the tests of a suite have it too.
    public var isRecursive: Bool { true }

    private static let seats = Seats(count: 4)

    /// Runs a test once there is room for it.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard TestEngine.isPostgres else { return try await function() }
        await Self.seats.take()
        defer { Self.seats.giveBack() }
        try await function()
    }
}

extension Trait where Self == FewAtOnce {
    /// For suites whose tests have a database each.
    public static var fewAtOnce: Self { FewAtOnce() }
}

/// What is taken by a few at a time, in the order in which they come.
private final class Seats: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(free: count)) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
