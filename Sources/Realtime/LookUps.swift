import Diagnostics
import Store
import Values

/// What rules ask of other models while changes are delivered. An engine that has no answer at hand
/// is asked for all that a change needs at once, and the change is judged again with the answers.
/// So is one whose answers have taken as long as they may hold up the loop, or of which one would.
///
/// Answers are kept for one change: the next one may have changed them.
final class LookUps {
    private let reader: any Reader
    /// What is known, or why it will not be.
    private var answers: [ScalarQuery: Result<Value, Problem>] = [:]
    /// What is to be asked, by the query that the answer is kept under.
    private var wanted: [ScalarQuery: ScalarQuery] = [:]
    /// How many have been asked, or noted as wanted, so far.
    private(set) var count = 0
    /// What answers at hand may take for changes that are delivered together.
    private let timeMax: Duration
    private var spent = Duration.zero
    private let uptime: () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - reader: The loop's own.
    ///   - uptime: the monotonic clock; read for each answer at hand.
    init(
        reader: any Reader, timeMax: Duration, uptime: @escaping () -> ContinuousClock.Instant
    ) {
        self.reader = reader
        self.timeMax = timeMax
        self.uptime = uptime
    }

    /// Changes that came together begin to be delivered, or go on after they have waited.
    func beginBatch() { spent = .zero }

    /// What queries are written in.
    var dialect: any Dialect { reader.dialect }

    /// Whether the change under way lacks answers.
    var areWanted: Bool { !wanted.isEmpty }

    /// The answer to a query.
    ///
    /// - Parameter question: Makes what is asked for it: the rows that are restored are the same
    ///   for a whole change, and its answers need not be found by them. Called unless the answer
    ///   is known or awaited.
    /// - Throws: ``Problem/answerAwaited`` when it is noted as wanted; what the database reports;
    ///   what `question` throws.
    func value(
        of query: ScalarQuery, question: () throws(Problem) -> ScalarQuery
    ) throws(Problem) -> Value {
        if !answers.isEmpty, let known = answers[query] { return try known.get() }
        if wanted[query] != nil { throw .answerAwaited }
        let asked = try question()
        count += 1
        if spent < timeMax, let found = try answerAtHand(asked) {
            answers[query] = .success(found)
            return found
        }
        wanted[query] = asked
        throw .answerAwaited
    }

    private func answerAtHand(_ query: ScalarQuery) throws(Problem) -> Value? {
        let start = uptime()
        defer { spent += uptime() - start }
        return try worded { () throws(DatabaseError) in
            try reader.scalarAtHand(query, within: timeMax - spent)
        }
    }

    /// Asks for what is wanted.
    ///
    /// - Parameter reply: called on the loop when all of it is known, or why it is not.
    func ask(reply: @escaping () -> Void) {
        let queries = Array(wanted.keys)
        let asked = Array(wanted.values)
        wanted = [:]
        reader.ask(asked) { [self] results in
            for (query, result) in zip(queries, results) { answers[query] = result }
            reply()
        }
    }

    /// The change has been delivered.
    func forget() {
        if !answers.isEmpty { answers.removeAll(keepingCapacity: answers.count < 64) }
    }
}

extension Problem {
    /// A look-up has been noted: whoever judges tries again when it is answered. Nobody is told of
    /// it.
    static let answerAwaited = Problem(
        code: "look_up", status: 500, message: "A look-up has not been answered yet.")
}
