import Dispatch
import Synchronization
import Testing

/// A list that several threads append to, and that a test waits for.
public final class Record<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var waiting: [DispatchSemaphore] = []
    }

    private let state = Mutex(State())

    /// An empty list.
    public init() {}

    /// What there is by now, in the order it came.
    public var all: [Element] { state.withLock { $0.elements } }

    /// Adds an element, from any thread.
    public func append(_ element: Element) {
        state.withLock { state in
            state.elements.append(element)
            for semaphore in state.waiting { semaphore.signal() }
        }
    }

    /// Blocks until there are `count` elements, and returns them; a failure after a minute.
    @discardableResult
    public func wait(for count: Int) -> [Element] {
        wait("\(count) elements") { $0.count >= count }
    }

    /// Blocks until the list satisfies `condition`, and returns it; a failure after a minute.
    ///
    /// - Parameter what: what is waited for, as the failure names it.
    @discardableResult
    public func wait(_ what: String, until condition: ([Element]) -> Bool) -> [Element] {
        let semaphore = DispatchSemaphore(value: 0)
        state.withLock { $0.waiting.append(semaphore) }
        defer { state.withLock { state in state.waiting.removeAll { $0 === semaphore } } }
        let deadline = DispatchTime.now() + .seconds(60)
        while true {
            let elements = all
            if condition(elements) { return elements }
            if semaphore.wait(timeout: deadline) == .timedOut {
                Issue.record("\(what) did not come, but \(elements)")
                return elements
            }
        }
    }
}
