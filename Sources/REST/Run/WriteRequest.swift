import Diagnostics
import HTTP
import Store

/// A bound write on its way to the writer. The rows it is about are found first, where it needs
/// that: at once, or if that takes too long later.
struct WriteRequest: Sendable {
    let job: BoundWrite
    let log: RequestLog

    /// - Parameter reader: The loop's.
    func answer(on reader: some Reader) throws(Problem) -> Answer {
        guard let search = job.search else { return try handOver(on: nil) }
        let reading = try worded { () throws(DatabaseError) in
            try reader.find(search, job.operands, job.context, for: job.caller)
        }
        switch reading {
        case .done(let found): return try handOver(on: found)
        case .mustWait(let search): return .deferred { [self] in write(after: search, $0) }
        }
    }

    private func handOver(on found: FoundRows?) throws(Problem) -> Answer {
        if let response = try job.answer(after: found, log) { return .response(response) }
        // Each closure keeps no more than it needs: keeping `self` costs every insert.
        return .deferred { [job, log] reply in
            job.start(on: found) { outcome in
                reply { .response(job.response(to: outcome, log)) }
            }
        }
    }

    /// Begins the search; what it finds is written where it has been found.
    private func write(
        after search: PendingRead<FoundRows>, _ reply: @escaping Answer.Reply
    ) -> Answer.Withdrawal {
        let steps = WithdrawableSteps()
        steps.begin {
            search.start { [job, log] result in
                do throws(Problem) {
                    let found = try result.get()
                    if let response = try job.answer(after: found, log) {
                        return reply { .response(response) }
                    }
                    steps.begin {
                        job.start(on: found) { outcome in
                            reply { .response(job.response(to: outcome, log)) }
                        }
                    }
                } catch {
                    reply { .response(log.failed(error)) }
                }
            }
        }
        return steps.withdraw
    }
}
