import Diagnostics

/// What a request may be beyond of what it names and writes, as the log and `/metrics` tell it.
public enum RequestBound: String, Hashable, Sendable, CaseIterable {
    /// What a request names, all that it takes to plan it together.
    case planning
    /// The rows of a body, or that a filter finds to be written.
    case writeRows = "rest.write_rows"
    /// The length of a body.
    case bodyBytes = "limits.body_bytes"
    /// The memory that a body, and what becomes of it, takes of what one caller may have.
    case memory = "limits.memory_bytes"
    /// The time that a write takes.
    case writeTime = "rest.write_timeout_ms"
}

extension Problem {
    /// The same, told as a request's that is beyond a bound.
    func beyond(_ bound: RequestBound) -> Problem {
        var problem = self
        problem.policy = bound.rawValue
        return problem
    }
}
