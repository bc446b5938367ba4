import Diagnostics
import HTTP
import Store
import StoreSQLite

/// A bound write on its way to the writer. The rows it is about are found first, where it needs
/// that: on the loop, or if that takes too long on the slow lane.
struct WriteRequest: Sendable {
    let job: BoundWrite
    let database: SQLiteDatabase
    let log: RequestLog

    /// - Parameter reader: The loop's.
    func answer(on reader: SQLiteReader) throws(Problem) -> Answer {
        if job.isIdle { return .response(job.response(job.idleResult)) }
        guard let search = job.search else { return handOver(on: nil) }
        let found: FoundRows
        do throws(DatabaseError) {
            found = try job.rows(search, on: reader)
        } catch .overBudget {
            return searchSlowly(search)
        } catch {
            throw Problem(error)
        }
        if let response = try job.answer(after: found) { return .response(response) }
        return handOver(on: found)
    }

    private func searchSlowly(_ search: BoundSQL) -> Answer {
        .pending {
            do throws(Problem) {
                let found = try await database.readSlowly { (reader) throws(Problem) in
                    try worded { () throws(DatabaseError) in try job.rows(search, on: reader) }
                }
                if let response = try job.answer(after: found) { return response }
                return job.response(
                    try await database.write { (transaction) throws(Problem) in
                        try job.run(in: transaction, on: found)
                    })
            } catch {
                return log.failed(error)
            }
        }
    }

    private func handOver(on found: FoundRows?) -> Answer {
        // Each closure keeps no more than it needs: keeping `self` costs every insert.
        .deferred { [job, database, log] reply in
            database.write { (transaction) throws(Problem) in
                try job.run(in: transaction, on: found)
            } reply: { result in
                reply {
                    switch result {
                    case .success(let result): job.response(result)
                    case .failure(let problem): log.failed(problem)
                    }
                }
            }
        }
    }
}
