public import Diagnostics
import Quotas
public import Store
public import Values

/// Look-ups that a loop had no time for when they were wanted.
struct AskedLookUps {
    let queries: [ScalarQuery]
    let reply: ([Result<Value, Problem>]) -> Void
    /// What became of the first queries.
    var results: [Result<Value, Problem>] = []
    /// Nanoseconds that they have taken of the loop.
    var time: UInt64 = 0
    /// Whether the others are on the slow lane.
    var areAway = false

    /// Those that are not answered.
    var rest: ArraySlice<ScalarQuery> { queries[results.count...] }

    /// Nothing more will be known.
    mutating func fail(_ problem: Problem) {
        results += rest.map { _ in .failure(problem) }
    }
}

extension SQLiteReader {
    /// See ``Store/Reader``: in turns of the loop that have time for them, and on the slow lane
    /// those for which no turn has enough; at once where there are no turns.
    public func ask(
        _ queries: [ScalarQuery], reply: @escaping ([Result<Value, Problem>]) -> Void
    ) {
        guard turns != nil else { return reply(answers(to: queries, within: lookUpTimeMax)) }
        asked.append(AskedLookUps(queries: queries, reply: reply))
        answerLater()
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
        guard var lookUps = asked.first, !lookUps.areAway else { return }
        let start = monotonicNanoseconds()
        let isEnough = answer(&lookUps, until: start + loopTime.turnMax / 2)
        let time = monotonicNanoseconds() - start
        note(time, of: .server)
        lookUps.time += time
        if lookUps.time > lookUpTimeMax { lookUps.fail(Problem(DatabaseError.timeout)) }
        asked[0] = lookUps
        if lookUps.rest.isEmpty {
            finish()
        } else if isEnough {
            answerLater()
        } else {
            answerSlowly()
        }
    }

    /// - Returns: False when one takes more than there is for all of them.
    private func answer(_ lookUps: inout AskedLookUps, until end: UInt64) -> Bool {
        var isFirst = true
        while let query = lookUps.rest.first {
            let left = end - min(end, monotonicNanoseconds())
            if left == 0, !isFirst { return true }
            do throws(Problem) {
                let value = try worded { () throws(DatabaseError) in
                    try scalarAtHand(query, within: .nanoseconds(left))
                }
                guard let value else { return !isFirst }
                lookUps.results.append(.success(value))
            } catch {
                lookUps.results.append(.failure(error))
            }
            isFirst = false
        }
        return true
    }

    /// Those that are asked first are known by now.
    private func finish() {
        let lookUps = asked.removeFirst()
        if !asked.isEmpty { answerLater() }
        lookUps.reply(lookUps.results)
    }

    // MARK: On the slow lane

    /// Has the rest of a change's look-ups answered where that holds up no loop: those behind a
    /// slow one are likely to be like it.
    private func answerSlowly() {
        guard let slowLane, let waiting = turns?.waiting else { return }
        asked[0].areAway = true
        let (rest, time) = (Array(asked[0].rest), lookUpTimeMax)
        let read = slowLane.pending(for: .server) { (reader) throws(Problem) in
            reader.answers(to: rest, within: time)
        }
        _ = read.start { result in
            waiting.append(
                WaitingRead(for: .server) { reader in
                    reader.take(result)
                    return nil
                })
        }
    }

    private func take(_ result: Result<[Result<Value, Problem>], Problem>) {
        switch result {
        case .success(let results): asked[0].results += results
        case .failure(let problem): asked[0].fail(problem)
        }
        finish()
    }

    /// Answers one by one, as long as the time lasts, in nanoseconds.
    private func answers(
        to queries: [ScalarQuery], within time: UInt64
    ) -> [Result<Value, Problem>] {
        let end = monotonicNanoseconds() + time
        return queries.map { query in
            Result { () throws(Problem) in
                try worded { () throws(DatabaseError) in
                    if monotonicNanoseconds() >= end { throw .timeout }
                    return try scalar(query.sql, query.context)
                }
            }
        }
    }

    /// What look-ups of one change may take of the loop, in nanoseconds.
    private var lookUpTimeMax: UInt64 { loopTime.turnMax * DatabaseLimits.lookUpTurnsMax }
}
