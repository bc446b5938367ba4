/// When which address of a name is tried (RFC 8305 §5), without sockets or clocks.
///
/// One after the other, each as soon as the one before has failed or has had its time, which it may
/// then still use. The first that connects wins.
struct RaceOrder {
    enum Step: Equatable {
        /// Try this address now, and give it its time before the next.
        case attempt(Int)
        /// Wait for those that are under way.
        case wait
        /// All have failed.
        case lost
    }

    private let count: Int
    private var begun = 0
    private var failed = 0

    /// - Parameter count: addresses there are.
    init(of count: Int) { self.count = count }

    /// What is done at the start, or when the last attempt has had its time.
    mutating func advance() -> Step {
        guard begun < count else { return failed == count ? .lost : .wait }
        defer { begun += 1 }
        return .attempt(begun)
    }

    /// What is done when an attempt has failed.
    mutating func fail() -> Step {
        failed += 1
        return advance()
    }
}
