import Diagnostics
import Store
import Values

/// What rules ask of other models while changes are delivered. An engine that has no answer at hand
/// is asked for all that a change needs at once, and the change is judged again with the answers.
/// So is one whose answers have taken as long as they may hold up the loop.
///
/// Answers are kept for one change: the next one may have changed them.
final class LookUps {
    private let reader: any Reader
    private var answers: [ScalarQuery: Value] = [:]
    private var wanted: Set<ScalarQuery> = []
    /// Why the engine has not answered.
    private var failure: Problem?
    /// What answers at hand may take of a turn of the loop.
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

    /// Changes are delivered in a turn of the loop that nothing has been asked in.
    func beginTurn() { spent = .zero }

    /// What queries are written in.
    var dialect: any Dialect { reader.dialect }

    /// Whether the change under way lacks answers.
    var areWanted: Bool { !wanted.isEmpty }

    /// The answer to a query.
    ///
    /// - Throws: ``Problem/answerAwaited`` when it is noted as wanted; what the database reports.
    func value(_ query: ScalarQuery) throws(Problem) -> Value {
        if let failure { throw failure }
        if !answers.isEmpty, let known = answers[query] { return known }
        if spent < timeMax, let found = try answerAtHand(query) {
            answers[query] = found
            return found
        }
        wanted.insert(query)
        throw .answerAwaited
    }

    private func answerAtHand(_ query: ScalarQuery) throws(Problem) -> Value? {
        let start = uptime()
        defer { spent += uptime() - start }
        return try worded { () throws(DatabaseError) in try reader.scalarAtHand(query) }
    }

    /// Asks for what is wanted.
    ///
    /// - Parameter reply: called on the loop when all of it is known, or that it cannot be.
    func ask(reply: @escaping () -> Void) {
        let queries = Array(wanted)
        wanted = []
        reader.ask(queries) { [self] result in
            switch result {
            case .success(let values):
                for (query, value) in zip(queries, values) { answers[query] = value }
            case .failure(let problem): failure = problem
            }
            reply()
        }
    }

    /// The change has been delivered.
    func forget() {
        if !answers.isEmpty { answers.removeAll(keepingCapacity: answers.count < 64) }
        failure = nil
    }
}

extension Problem {
    /// A look-up has been noted: whoever judges tries again when it is answered. Nobody is told of
    /// it.
    static let answerAwaited = Problem(
        code: "look_up", status: 500, message: "A look-up has not been answered yet.")
}
