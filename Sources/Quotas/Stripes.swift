import Synchronization

/// A state in parts, each with a lock of its own: threads that ask for different keys seldom wait
/// for one another. Any thread.
public final class Stripes<State: Sendable>: Sendable {
    private final class Stripe: Sendable {
        let state: Mutex<State>

        init(_ state: State) { self.state = Mutex(state) }
    }

    private let stripes: [Stripe]

    /// So many parts, one at the least, which begin alike.
    public init(_ count: Int, _ state: State) {
        stripes = (0..<max(1, count)).map { _ in Stripe(state) }
    }

    /// Does something with the part that a hash belongs to.
    public func withLock<R: Sendable>(of hash: Int, _ body: (inout State) -> R) -> R {
        let count = UInt(stripes.count)
        let index = count == 1 ? 0 : Int(UInt(bitPattern: hash) % count)
        return stripes[index].state.withLock { body(&$0) }
    }

    /// Does something with one part after the other.
    public func forEach(_ body: (inout State) -> Void) {
        for stripe in stripes { stripe.state.withLock { body(&$0) } }
    }
}
