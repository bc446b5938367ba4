public import Diagnostics
import Quotas
public import Store
public import Values

/// Look-ups that a loop had no time for when they were wanted.
struct AskedLookUps {
    let queries: [ScalarQuery]
    let reply: (Result<[Value], Problem>) -> Void
    /// Those of the first queries.
    var values: [Value] = []
    /// Nanoseconds that they have taken.
    var time: UInt64 = 0
}

extension SQLiteReader {
    /// See ``Store/Reader``: in turns of the loop that have time for them; at once where there are
    /// none.
    public func ask(
        _ queries: [ScalarQuery], reply: @escaping (Result<[Value], Problem>) -> Void
    ) {
        asked.append(AskedLookUps(queries: queries, reply: reply))
        guard turns == nil else { return answerLater() }
        while !asked.isEmpty { answerSome() }
    }

    private func answerLater() {
        turns?.waiting.append(
            WaitingRead(for: .server) { reader in
                reader.answerSome()
                return nil
            })
    }

    /// Answers as many as half a turn has time for.
    private func answerSome() {
        guard !asked.isEmpty else { return }
        var lookUps = asked.removeFirst()
        let start = monotonicNanoseconds()
        var result: Result<[Value], Problem>?
        do throws(Problem) {
            result = try answer(&lookUps, until: start + loopTime.turnMax / 2)
        } catch {
            result = .failure(error)
        }
        let time = monotonicNanoseconds() - start
        note(time, of: .server)
        lookUps.time += time
        if result == nil, lookUps.time > loopTime.turnMax * DatabaseLimits.lookUpTurnsMax {
            result = .failure(Problem(DatabaseError.timeout))
        }
        if let result { return lookUps.reply(result) }
        asked.insert(lookUps, at: 0)
        answerLater()
    }

    /// - Returns: nil when the time is over before all of them are answered.
    private func answer(
        _ lookUps: inout AskedLookUps, until end: UInt64
    ) throws(Problem) -> Result<[Value], Problem>? {
        for query in lookUps.queries[lookUps.values.count...] {
            lookUps.values.append(
                try worded { () throws(DatabaseError) in
                    try scalar(query.sql, query.context)
                })
            if monotonicNanoseconds() >= end { break }
        }
        return lookUps.values.count == lookUps.queries.count ? .success(lookUps.values) : nil
    }
}
