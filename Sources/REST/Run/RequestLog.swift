import Diagnostics
import HTTP

/// Where one request tells what went wrong. Used on its loop, in its task, and while its answer
/// leaves in parts.
struct RequestLog: Sendable {
    /// Hears of every problem with its request's id.
    let report: @Sendable (Problem, UInt64) -> Void
    let id: UInt64

    /// The answer to a request that has failed.
    func failed(_ problem: Problem) -> Response {
        tell(problem)
        return Response(problem)
    }

    /// Reports a problem, unless it is that nobody waits for the answer any more.
    func tell(_ problem: Problem) {
        if !Task.isCancelled { report(problem, id) }
    }
}
