import Foundation
import PostgresTestSupport
import TestSupport
import Testing

/// Models that are edited again and again while rows are there, on each engine: by `dev` at once,
/// by files, by files that take over what `dev` has made, and by an `apus migrate up` that is
/// killed.
/// What is there then is what a database made afresh would have, and every row that should survive
/// does. `Tests/ModelLife/run full` is the whole proof.
@Suite(.blocking, .serialized, .timeLimit(.minutes(120))) struct ModelLifeTests {
    private static func number(_ name: String, else standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    private func live(isPostgres: Bool, edits: Int) throws {
        let seed = UInt64(Self.number("APUS_SEED", else: 7))
        let life = Life(seed: seed, isPostgres: isPostgres)
        let database = ProcessInfo.processInfo.environment["APUS_LIFE"].flatMap { UInt64($0) }
        let summary = try life.run(
            edits: Self.number("APUS_EDITS", else: edits), of: database, kills: true)
        print(summary)
        for fault in summary.faults { Issue.record("\(fault)") }
    }

    @Test func `a model's whole life on SQLite`() throws {
        try live(isPostgres: false, edits: 60)
    }

    @Test(.needsPostgres) func `a model's whole life on PostgreSQL`() throws {
        try live(isPostgres: true, edits: 24)
    }
}
