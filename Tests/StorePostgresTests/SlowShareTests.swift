import Diagnostics
import PostgresTestSupport
import Quotas
import Store
import StorePostgresTestSupport
import TestSupport
import Testing

@testable import StorePostgres

/// The slow lanes, shared by callers.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(5))) struct SlowShareTests {
    /// Reads until the query is known to be slow for a caller. On a busy machine a loop that is
    /// late finds an answer before it has looked how long that takes: such a run says nothing.
    private static func makeKnown(
        _ query: ReadQuery, of caller: Caller, by user: ReaderUser
    ) throws {
        let runs = Record<Result<RowsAnswer, Problem>>()
        var (begun, slow) = (0, 0)
        while slow < ConnectionLimits.slowRunsMin, begun < 50 {
            let before = user.counts.unitsRepeated
            _ = try user.start(query, for: caller, to: runs)
            begun += 1
            #expect(runs.wait(for: begun).count == begun)
            if user.counts.unitsRepeated > before { slow += 1 }
        }
        #expect(slow == ConnectionLimits.slowRunsMin)
    }

    @Test func `who asks for more slow reads than a share is refused, others are not`() throws {
        let (_, user) = try SlowReadTests.user(numbers: 100_000) { $0.slowUnitsPerCallerMax = 16 }
        let digests = SlowReadTests.digests()
        try Self.makeKnown(digests, of: .user("greedy"), by: user)
        let greedy = Record<Result<RowsAnswer, Problem>>()
        let other = Record<Result<RowsAnswer, Problem>>()
        for _ in 0..<20 { _ = try user.start(digests, for: .user("greedy"), to: greedy) }
        _ = try user.start(digests, for: .user("other"), to: other)
        #expect(try #require(other.wait(for: 1).first).get().rowCount == 1)
        let before = greedy.all
        #expect(before.count < 10, "it was another one's turn")
        let codes = before.compactMap { result in
            if case .failure(let problem) = result { problem.code } else { nil }
        }
        #expect(codes == Array(repeating: "53400", count: 4))
        let ends = greedy.wait(for: 20).map { result in
            if case .failure(let problem) = result { problem.code } else { "served" }
        }
        let counts = Dictionary(grouping: ends, by: \.self).mapValues(\.count)
        // A busy machine may let some run out of their time, which is no refusal.
        #expect(counts["served", default: 0] + counts["57014", default: 0] == 16, "\(counts)")
        #expect(counts["53400"] == 4, "\(counts)")
        _ = try user.read(digests)
    }

    @Test func `what is found to be slow goes before nobody who waits for that lane`() throws {
        let (_, user) = try SlowReadTests.user(numbers: 400_000)
        let known = SlowReadTests.digests()
        try Self.makeKnown(known, of: .user("other"), by: user)
        let other = Record<Result<RowsAnswer, Problem>>()
        // The first one has the lane's connection, and the second one waits for it.
        for _ in 0..<2 { _ = try user.start(known, for: .user("other"), to: other) }
        let greedy = Record<Result<RowsAnswer, Problem>>()
        for tests in 1...8 {
            let another = SlowReadTests.digests(tests: tests)
            _ = try user.start(another, for: .user("greedy"), to: greedy)
        }
        #expect(other.wait(for: 2).count == 2)
        #expect(greedy.all.count < 4, "they take turns")
        // A busy machine may let some run out of their time.
        #expect(greedy.wait(for: 8).count == 8)
    }
}
