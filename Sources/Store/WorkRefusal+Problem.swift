public import Diagnostics
public import Quotas
public import Work

// What is told of work that a pool of threads has not done.

extension Problem {
    /// Why it was not done.
    ///
    /// - Parameter full: what is told where too many wait.
    public init(_ refusal: WorkRefusal, full: (ShareShortage) -> Problem) {
        self =
            switch refusal {
            case .full(let shortage): full(shortage)
            case .closed: .closed
            case .withdrawn: .withdrawn
            }
    }
}

extension Result where Failure == WorkRefusal {
    /// What the work has come to, or why it was not done.
    ///
    /// - Parameter full: what is told where too many wait.
    public func worded<R>(
        full: (ShareShortage) -> Problem
    ) -> Result<R, Problem> where Success == Result<R, Problem> {
        switch self {
        case .success(let result): result
        case .failure(let refusal): .failure(Problem(refusal, full: full))
        }
    }
}
