import PostgresTestSupport
import PostgresWire
import Quotas
import Store
import StoreTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// Answers that are longer than what one caller may have of the server's memory.
@Suite struct AnswerShareTests {
    @Test func `an answer beyond the share is told the share`() {
        let bytesMax = 1 << 20
        let pool = MemoryPool(bytesMax: .max, perCallerMax: bytesMax)
        let unit = PostgresUnit(.reads, script: "") { _ in }
        unit.caller = .user("ann")
        let run = UnitRun(unit, on: .slow, deadline: .max)
        run.answerBytes = bytesMax
        #expect(run.cover(from: pool) == .answerTooLarge)
        #expect(run.answerBytesMax == bytesMax / ConnectionLimits.memoryPerAnswerByte)
    }

    @Test(.blocking, .needsPostgres)
    func `what is made of a write's rows counts, not what they are`() throws {
        let stage = try PostgresStage(.shared) {
            $0.memory = MemoryPool(bytesMax: .max, perCallerMax: 1 << 20)
        }
        let name = String(repeating: "n", count: 400_000)
        let rows = Returning.Representation(
            ProgramStage.representation().select,
            RowLayout([("id", .integer), (name, .integer)]), as: .array(stripsNulls: false),
            rule: nil)
        let update = stage.writes.prepare(
            TargetCases.update(TargetCases.target(), returning: Returning(rows)))
        let told = Record<String>()
        _ = update.run(TargetCases.five, on: nil, Operands(), .none, for: .user("ann")) {
            told.append(summary($0))
        }
        #expect(told.wait(for: 1) == ["failed 54000"])
    }
}
