import PostgresWire
import Quotas
import Testing

@testable import StorePostgres

/// Answers that are longer than what one caller may have of the server's memory.
@Suite struct AnswerShareTests {
    @Test func `an answer beyond the share is told the share`() {
        let bytesMax = 1 << 20
        let pool = MemoryPool(bytesMax: .max, perCallerMax: bytesMax)
        var unit = PostgresUnit(.reads, script: "") { _ in }
        unit.caller = .user("ann")
        let run = UnitRun(unit, on: .slow, deadline: .max)
        run.answerBytes = bytesMax
        #expect(run.cover(from: pool) == .answerTooLarge)
        #expect(run.answerBytesMax == bytesMax / ConnectionLimits.memoryPerAnswerByte)
    }
}
