import Dispatch
import Glibc
import Synchronization

/// A gate that threads wait at until it is opened, once and for all.
public final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// A closed gate.
    public init() {}

    /// Lets through who waits, and who comes later.
    public func open() { semaphore.signal() }

    /// Blocks the thread until the gate is open.
    public func pass() {
        semaphore.wait()
        // For the next one who waits.
        semaphore.signal()
    }
}

/// Counts across threads.
public final class Counter: Sendable {
    private let value = Mutex(0)

    /// A count of 0.
    public init() {}

    /// How often `next` was called.
    public var count: Int { value.withLock { $0 } }

    /// Counts one more; the number it is.
    @discardableResult
    public func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}

/// Looks again and again until a condition holds, for what tells nobody when it happens; false
/// after a minute and a hundred looks.
///
/// At first it keeps its thread: what it waits for happens on threads of the server, soon, and a
/// test that gives its thread away gets none back before many others have blocked it.
public func eventually(_ condition: () throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    var looks = 0
    while ContinuousClock.now < deadline || looks < 100 {
        if try condition() { return true }
        looks += 1
        if looks < 100 {
            usleep(1_000)
        } else {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
    return try condition()
}
