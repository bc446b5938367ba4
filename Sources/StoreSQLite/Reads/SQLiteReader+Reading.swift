public import Diagnostics
public import Quotas
public import Store

extension SQLiteReader: LookUpSource {
    /// See ``Store/LookUpSource``: at once, or in a later turn of the loop when the caller has had
    /// his part of this one. What it takes is charged as a read's time is, but not bounded by it:
    /// these are a few rows each, found by their keys.
    public func reading<R: Sendable>(
        for caller: Caller, _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R> {
        guard case .inNextTurn = loopTime.admission(of: caller), let waiting = turns?.waiting
        else { return .done(try lookUp(for: caller, body)) }
        return .mustWait(
            PendingRead { reply in
                let later = WaitingRead(for: caller) { reader in
                    reply(Result { () throws(Problem) in try reader.lookUp(for: caller, body) })
                    return nil
                }
                waiting.append(later)
                return { later.withdraw() }
            })
    }

    private func lookUp<R>(
        for caller: Caller, _ body: (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> R {
        let start = monotonicNanoseconds()
        defer { note(monotonicNanoseconds() - start, of: caller) }
        return try snapshot { () throws(Problem) in try body(self) }
    }
}
