import Synchronization

/// A place where one thread leaves a value and another waits for it.
public final class Handover<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let given = Semaphore()

    /// An empty place.
    public init() {}

    /// Leaves the value, from any thread. To be called once.
    public func give(_ newValue: Value) {
        value.withLock { $0 = newValue }
        given.signal()
    }

    /// Blocks until the value is there. To be called once.
    public func take() -> Value {
        given.wait()
        return value.withLock { stored in
            guard let value = stored else { preconditionFailure("given without a value") }
            return value
        }
    }
}
