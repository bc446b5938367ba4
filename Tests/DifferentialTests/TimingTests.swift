import Foundation
import PostgresTestSupport
import TestSupport
import Testing

/// What times tell of hidden rows: pairs of requests take turns at one server that nobody else
/// uses, and a table says which can be told apart.
/// `APUS_TIMED_PAIRS=2000 swift test --filter time.does.not.tell` runs it, best beside a release
/// build and on an idle machine.
@Suite(.blocking, .serialized) struct TimingTests {
    private static let pairs =
        ProcessInfo.processInfo.environment["APUS_TIMED_PAIRS"].flatMap(Int.init)

    @Test(.enabled(if: pairs != nil, "is run on request"))
    func `time does not tell who has an account`() async throws {
        let comparisons = try await onThread {
            let server = try PlayedServer(.twin(.left), TimedPair.project)
            try server.begin()
            let generator = RequestGenerator(TimedPair.project, seed: 1)
            for request in [generator.signUp(user: 0)] + TimedPair.loading {
                let answer = server.answer(to: request)
                try #require([200, 201].contains(answer?.status), "\(answer?.text ?? "")")
            }
            return try TimedPair.all.map { ($0, try Self.compare($0, at: server)) }
        }
        print("times on \(TestEngine.isPostgres ? "PostgreSQL" : "SQLite"):")
        for (pair, comparison) in comparisons {
            print(comparison)
            #expect(!pair.mustBeAlike || !comparison.isDistinguishable, "\(comparison)")
        }
    }

    private static func compare(
        _ pair: TimedPair, at server: PlayedServer
    ) throws -> TimeComparison {
        var dice = Dice(seed: 1)
        var times: [[Int64]] = [[], []]
        let count = (pairs ?? 0) * pair.percent / 100
        for number in 0..<count + 20 {
            // Which comes first must not matter.
            for side in dice.shuffled([0, 1]) {
                let request = side == 0 ? pair.meeting(number) : pair.missing(number)
                let (answer, time) = try server.time(request)
                try #require(answer.status < 500 && answer.status != 429, "\(answer.text)")
                let parts = time.components
                let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
                // The first ones warm it up.
                if number >= 20 { times[side].append(nanoseconds) }
            }
        }
        return TimeComparison(pair.name, times[0], times[1])
    }

    @Test func `times of the same kind are alike, and others are not`() {
        var dice = Dice(seed: 5)
        let times = (0..<3).map { _ in (0..<500).map { _ in Int64(dice.number(100...200)) } }
        #expect(!TimeComparison("same", times[0], times[1]).isDistinguishable)
        let later = times[2].map { $0 + 15 }
        #expect(TimeComparison("later", later, times[0]).isDistinguishable)
        #expect(TimeComparison("equal", times[0], times[0]).superiority == 0.5)
    }
}
