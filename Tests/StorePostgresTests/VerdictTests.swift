import PostgresWire
import Quotas
import Testing

@testable import StorePostgres

@Suite struct VerdictTests {
    struct Case: CustomTestStringConvertible {
        let outcome: UnitOutcome
        var effect = PostgresUnit.Effect.writes
        var fate: UnitRun.Fate?
        var isWhole = true
        var mayBeHit = false
        var left = Duration.seconds(5)
        var history = UnitHistory()
        /// Nil for another run.
        let failure: UnitFailure?

        var testDescription: String {
            let what =
                switch outcome {
                case .failed(let error, at: _, _): "failed \(error.sqlState)"
                case .stale: "stale"
                case .lost(let mayHaveRun): "lost \(mayHaveRun)"
                case .succeeded: "succeeded"
                }
            return "\(what) \(effect) \(fate.map { "\($0)" } ?? "") \(isWhole) \(history)"
        }
    }

    static let conflict = serverError("40001")
    static let cancelled = serverError("57014")
    static let broken = serverError("23505")

    static func failed(_ error: ServerError) -> UnitOutcome { .failed(error, at: nil, .idle) }

    static func spent(_ change: (inout UnitHistory) -> Void) -> UnitHistory {
        var history = UnitHistory()
        change(&history)
        return history
    }

    static let tooLarge = UnitFailure.answerTooLarge(bytesMax: 9, isCommitted: false)

    static let cases: [Case] = [
        Case(outcome: failed(broken), failure: .server(broken, step: nil)),
        Case(outcome: failed(conflict), failure: nil),
        Case(outcome: failed(serverError("40P01")), failure: nil),
        Case(
            outcome: failed(serverError("55P03")),
            failure: .server(serverError("55P03"), step: nil)),
        Case(
            outcome: failed(conflict), history: spent { $0.conflicts = 4 },
            failure: .server(conflict, step: nil)),
        Case(
            outcome: failed(conflict), left: .zero, failure: .server(conflict, step: nil)),
        Case(
            outcome: failed(conflict), isWhole: false, failure: .server(conflict, step: nil)),
        Case(outcome: failed(cancelled), fate: .timedOut, failure: .timedOut),
        Case(outcome: failed(cancelled), fate: .answerTooLarge, failure: tooLarge),
        Case(outcome: failed(cancelled), failure: .server(cancelled, step: nil)),
        Case(outcome: failed(cancelled), mayBeHit: true, failure: nil),
        Case(
            outcome: failed(cancelled), mayBeHit: true, history: spent { $0.strays = 2 },
            failure: .server(cancelled, step: nil)),
        Case(outcome: .lost(mayHaveRun: true), failure: .lost(mayHaveRun: true)),
        Case(outcome: .lost(mayHaveRun: true), effect: .reads, failure: nil),
        Case(
            outcome: .lost(mayHaveRun: true), effect: .reads, history: spent { $0.unknowns = 1 },
            failure: .lost(mayHaveRun: true)),
        Case(outcome: .lost(mayHaveRun: false), failure: nil),
        Case(
            outcome: .lost(mayHaveRun: false), history: spent { $0.losses = 3 },
            failure: .lost(mayHaveRun: false)),
        Case(
            outcome: .lost(mayHaveRun: false), isWhole: false, failure: .lost(mayHaveRun: false)),
        Case(outcome: .lost(mayHaveRun: true), fate: .timedOut, failure: .lost(mayHaveRun: true)),
        Case(outcome: .lost(mayHaveRun: true), effect: .reads, fate: .timedOut, failure: .timedOut),
        Case(outcome: .stale(broken, at: nil, .idle), failure: nil),
        Case(
            outcome: .stale(broken, at: nil, .idle), history: spent { $0.stales = 1 },
            failure: .server(broken, step: nil)),
        Case(
            outcome: .succeeded(.idle), fate: .answerTooLarge,
            failure: .answerTooLarge(bytesMax: 9, isCommitted: true)),
        Case(outcome: .succeeded(.idle), effect: .reads, fate: .answerTooLarge, failure: tooLarge),
    ]

    @Test(arguments: cases)
    func `what becomes of a unit depends on what may have happened`(row: Case) {
        var history = row.history
        let verdict = UnitVerdict.of(
            row.outcome,
            UnitVerdict.Attempt(
                effect: row.effect, answerBytesMax: 9, fate: row.fate, isWhole: row.isWhole,
                mayBeHit: row.mayBeHit, left: row.left), &history)
        switch (verdict, row.failure) {
        case (.runAgain, nil): #expect(history != row.history)
        case (.tell(.failure(let told)), let expected?): #expect(told == expected)
        default: Issue.record("\(verdict)")
        }
    }

    @Test(arguments: [PostgresUnit.Effect.reads, .writes])
    func `what was tried and is ended for that is run where it may take long`(
        effect: PostgresUnit.Effect
    ) {
        var history = UnitHistory()
        // The server ends writes by itself.
        var attempt = UnitVerdict.Attempt(
            effect: effect, answerBytesMax: 9, fate: effect == .reads ? .tookLong : nil,
            isWhole: true, mayBeHit: false, isImpatient: true, left: .seconds(5))
        #expect(UnitVerdict.of(Self.failed(Self.cancelled), attempt, &history) == .runSlowly(.slow))
        attempt.isImpatient = false
        let verdict = UnitVerdict.of(Self.failed(Self.cancelled), attempt, &history)
        #expect((verdict == .runSlowly(.slow)) == (effect == .reads))
    }

    @Test func `a unit that ends well in spite of its time has ended well`() {
        var history = UnitHistory()
        let attempt = UnitVerdict.Attempt(
            effect: .writes, answerBytesMax: 9, fate: .timedOut, isWhole: true, mayBeHit: true,
            left: .zero)
        #expect(
            UnitVerdict.of(.succeeded(.idle), attempt, &history) == .tell(.success(.idle)))
    }
}
