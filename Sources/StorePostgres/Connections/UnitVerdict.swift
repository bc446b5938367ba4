import PostgresWire
import Quotas

/// How often a unit has been run, by why once was not enough.
struct UnitHistory: Hashable {
    /// Others got into its way (40001, 40P01).
    var conflicts = 0
    /// Its connection was lost before it could have run.
    var losses = 0
    /// Its connection was lost, and it may have run.
    var unknowns = 0
    /// A statement was out of date.
    var stales = 0
    /// A request to cancel meant for another unit has hit it.
    var strays = 0
}

/// What becomes of a unit after an attempt.
enum UnitVerdict: Hashable {
    case tell(Result<TransactionStatus, UnitFailure>)
    case runAgain(after: Duration)
    /// On the slow lane, or on another connection of it.
    case runSlowly(Pace.Reason)

    /// What the attempt was.
    struct Attempt {
        let effect: PostgresUnit.Effect
        let answerBytesMax: Int
        /// The same on the slow lane that it may be run on; nil where there is none.
        var slowAnswerBytesMax: Int?
        let fate: UnitRun.Fate?
        /// See ``UnitRun/isWhole``.
        let isWhole: Bool
        /// Whether a request to cancel that was meant for another unit may have hit it.
        let mayBeHit: Bool
        /// Whether it was to be ended where it takes long, since there is a slow lane for it, or
        /// another connection of that.
        var isImpatient = false
        /// The time it has left.
        let left: Duration

        /// Whether nobody wants it to be run again.
        var isEnded: Bool {
            switch fate {
            case .timedOut, .answerTooLarge, .noMemory, .withdrawn: true
            case .tookLong, nil: false
            }
        }
    }

    /// The verdict on an attempt, which is added to the history.
    static func of(
        _ outcome: UnitOutcome, _ attempt: Attempt, _ history: inout UnitHistory
    ) -> UnitVerdict {
        switch outcome {
        case .succeeded(let status):
            guard attempt.fate?.isOfAnswer == true else { return .tell(.success(status)) }
            return tooLarge(attempt, isCommitted: attempt.effect == .writes && status == .idle)
        case .failed(let error, at: let step, _):
            return failed(error, step?.index, attempt, &history)
        case .stale(let error, at: let step, _):
            history.stales += 1
            guard attempt.isWhole, history.stales <= 1, !attempt.isEnded else {
                return .tell(.failure(.server(error, step: step?.index)))
            }
            return .runAgain(after: .zero)
        case .lost(let mayHaveRun): return lost(mayHaveRun: mayHaveRun, attempt, &history)
        }
    }

    private static func tooLarge(_ attempt: Attempt, isCommitted: Bool) -> UnitVerdict {
        if attempt.fate == .noMemory {
            return .tell(.failure(.noMemory(isCommitted: isCommitted)))
        }
        let bytesMax = attempt.answerBytesMax
        if attempt.effect == .reads, attempt.slowAnswerBytesMax ?? 0 > bytesMax {
            return .runSlowly(.long)
        }
        return .tell(.failure(.answerTooLarge(bytesMax: bytesMax, isCommitted: isCommitted)))
    }

    /// Others were in the way: the same again may do. Who could not have a lock (55P03) has waited
    /// for it already.
    static let conflicts: Set<SQLState> = [.serializationFailure, .deadlockDetected]

    private static func failed(
        _ error: ServerError, _ step: Int?, _ attempt: Attempt, _ history: inout UnitHistory
    ) -> UnitVerdict {
        let refused = UnitVerdict.tell(.failure(.server(error, step: step)))
        if error.sqlState == .queryCanceled {
            switch attempt.fate {
            case .timedOut: return .tell(.failure(.timedOut))
            case .answerTooLarge, .noMemory: return tooLarge(attempt, isCommitted: false)
            case .withdrawn: return refused
            case .tookLong: return .runSlowly(.slow)
            // The server has ended a write in time: see `PostgresWrites`.
            case nil where attempt.isImpatient && attempt.effect == .writes:
                return .runSlowly(.slow)
            case nil: break
            }
            guard attempt.mayBeHit, attempt.isWhole, history.strays < 2 else {
                return refused
            }
            history.strays += 1
            return .runAgain(after: .zero)
        }
        guard conflicts.contains(error.sqlState), attempt.isWhole, !attempt.isEnded else {
            return refused
        }
        history.conflicts += 1
        let pause = BackOff.conflictPause(runs: history.conflicts - 1)
        guard history.conflicts < ConnectionLimits.conflictRunsMax, pause < attempt.left else {
            return refused
        }
        return .runAgain(after: pause)
    }

    private static func lost(
        mayHaveRun: Bool, _ attempt: Attempt, _ history: inout UnitHistory
    ) -> UnitVerdict {
        let isHarmless = !mayHaveRun || attempt.effect == .reads
        switch attempt.fate {
        case .timedOut where isHarmless: return .tell(.failure(.timedOut))
        case .answerTooLarge where isHarmless, .noMemory where isHarmless:
            return tooLarge(attempt, isCommitted: false)
        case .timedOut, .answerTooLarge, .noMemory, .withdrawn:
            return .tell(.failure(.lost(mayHaveRun: mayHaveRun)))
        case .tookLong, nil: break
        }
        if mayHaveRun { history.unknowns += 1 } else { history.losses += 1 }
        let isWorthIt =
            history.unknowns <= 1 && history.losses <= ConnectionLimits.lossesMax
            && attempt.left > .zero
        guard attempt.isWhole, isHarmless, isWorthIt else {
            return .tell(.failure(.lost(mayHaveRun: mayHaveRun)))
        }
        return .runAgain(after: .zero)
    }
}
