public import Diagnostics
import Store
import Synchronization

extension SQLiteDatabase {
    /// As `writeAndWait`, and undoes whatever `body` did: to see what would become of it.
    ///
    /// - Parameter withoutForeignKeys: as `writeAlone` then.
    /// - Throws: what `body` throws, and what `writeAndWait` does.
    public func rehearse<R: Sendable>(
        withoutForeignKeys: Bool = false,
        _ body: @escaping @Sendable (SQLiteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let outcome = RehearsalOutcome<R>()
        do throws(Problem) {
            let rehearsal: @Sendable (SQLiteTransaction) throws(Problem) -> Void = {
                transaction throws(Problem) in
                outcome.note(Result { () throws(Problem) -> R in try body(transaction) })
                throw .rehearsed
            }
            if withoutForeignKeys {
                try writeAlone(rehearsal)
            } else {
                try writeAndWait(rehearsal)
            }
        } catch {
            if error != .rehearsed { throw error }
        }
        guard let result = outcome.noted else { throw .rehearsed }
        return try result.get()
    }
}

/// What became of a rehearsal. It may run again: the last time counts.
private final class RehearsalOutcome<R: Sendable>: Sendable {
    private let result = Mutex<Result<R, Problem>?>(nil)

    var noted: Result<R, Problem>? { result.withLock { $0 } }

    func note(_ newResult: Result<R, Problem>) { result.withLock { $0 = newResult } }
}

extension Problem {
    /// What undoes a rehearsal. Nobody is told of it.
    fileprivate static let rehearsed = Problem(
        code: "rehearsed", status: 500, message: "The write was a rehearsal.")
}
