import Bytes
import Diagnostics
import Foundation
import Glibc
import Store
import TestSupport
import Testing
import Values

@testable import StoreSQLite

/// A process that is killed again and again while it writes and archives; any second is restored.
///
/// `APUS_KILLS=100 APUS_SEED=1 swift test --filter ArchiveKillTests` is the whole proof.
@Suite(.blocking, .timeLimit(.minutes(120))) struct ArchiveKillTests {
    private static func number(_ name: String, else standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    /// Writes with many clients until it is killed, and notes what was acknowledged.
    private static func write(in path: String, _ round: Int, _ milliseconds: Int) async throws {
        let reports = ArchiveReports()
        let configuration = ArchiveStage.configuration(in: path, reports: reports)
        let database =
            round == 0 ? try makeItems(configuration) : try SQLiteDatabase.open(configuration)
        if round == 0 { _ = reports.wait(for: "copied") }
        let ledger = unsafe open(path + "/ledger", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0... {
                        let name = "r\(round)-\(task)-\(number)"
                        let begun = Instant.now.microseconds
                        let isDone =
                            (try? await database.write { transaction throws(Problem) in
                                _ = try transaction.exec(
                                    insertItem, .text(name), .null, .null,
                                    .text(String(repeating: "x", count: number % 3000)))
                            }) != nil
                        let now = Instant.now.microseconds
                        let line = Array("\(name) \(begun) \(isDone ? now : .max)\n".utf8)
                        unsafe _ = line.withUnsafeBytes {
                            unsafe Glibc.write(ledger, $0.baseAddress, $0.count)
                        }
                        if ContinuousClock.now > end { kill(getpid(), SIGKILL) }
                    }
                }
            }
        }
    }

    private static func rows(_ directory: TemporaryDirectory) -> [WrittenRow] {
        String(utf8: directory.read("ledger")).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let begun = Int64(words[1]), let end = Int64(words[2]) else {
                return nil
            }
            return WrittenRow(name: String(words[0]), begun: begun, acknowledged: end)
        }
    }

    /// What is known whole without the server that comes next is all there, and no more is claimed.
    private static func expectEnd(of stage: ArchiveStage, _ rows: [WrittenRow]) throws {
        let last = try #require(try stage.lastSecond)
        try stage.expectRows(rows, at: last)
        let problem = #expect(throws: Problem.self) { try stage.names(at: last + 1) }
        #expect(problem?.code == "not_archived")
        #expect(problem?.hint?.contains(Instant(seconds: last).rfc3339) == true)
        #expect(try rows.judged(stage.names(), at: last).missing.isEmpty)
    }

    @Test func `each second has what was acknowledged before it, and no more`() async throws {
        let stage = try ArchiveStage()
        let path = stage.directory.path
        let seed = UInt64(Self.number("APUS_SEED", else: 7))
        var generator = SeededGenerator(seed: seed)
        let kills = Self.number("APUS_KILLS", else: 3)
        for round in 0..<kills {
            let milliseconds = Int.random(in: 200...1500, using: &generator)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, round = round as Int, milliseconds = milliseconds as Int]
                in
                try await Self.write(in: path, round, milliseconds)
            }
        }
        try Self.expectEnd(of: stage, Self.rows(stage.directory))
        // The server that comes last archives what the killed one has left in the log.
        let last = try SQLiteDatabase.open(
            ArchiveStage.configuration(in: path, reports: stage.reports))
        last.close()
        let rows = Self.rows(stage.directory)
        #expect(rows.count > 10 * kills)
        let chains = try ArchiveFolder(path: stage.archive).chains()
        #expect(chains.count == 1, "the log was followed over every kill")
        #expect(try Set(rows.map(\.name)).isSubset(of: stage.names()))
        let first = try #require(try chains[0].bases().first).second + 1
        let end = try #require(try stage.lastSecond)
        var moments = Set(first...end)
        while moments.count > kills * 2 + 4 {
            moments.remove(try #require(moments.randomElement(using: &generator)))
        }
        for moment in moments.sorted() { try stage.expectRows(rows, at: moment) }
        print("seed \(seed): \(kills) kills, \(rows.count) rows, \(moments.count) restorations")
    }
}
