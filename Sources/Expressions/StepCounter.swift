public import Diagnostics
import Values

/// Counts what evaluations cost, and ends the one that takes more than it may. A step is about what
/// comparing a byte takes. Confined to one thread.
public final class StepCounter {
    /// Steps so far.
    public private(set) var count = 0
    private var countMax = Int.max

    /// A counter that nothing has been charged to.
    public init() {}

    /// Lets what follows take so many steps.
    public func allow(_ steps: Int) { countMax = count + steps }

    /// Counts steps that have been made or are about to be.
    ///
    /// - Returns: Whether to go on.
    @discardableResult
    public func charge(_ steps: Int) -> Bool {
        count += steps
        return count <= countMax
    }

    /// Counts a look at all of a value, if that is long.
    func charge(for value: Value) throws(Problem) {
        guard case .text(let text) = value else { return }
        guard charge(text.utf8.count) else { throw .stepsSpent }
    }
}

extension Problem {
    /// An evaluation has taken more steps than it was allowed. Nobody is told of it in these words.
    public static let stepsSpent = Problem(
        code: "steps_spent", status: 500,
        message: "An evaluation has taken more steps than it may.")
}
