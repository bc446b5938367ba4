import CrashTestSupport
import Foundation
import Glibc
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// `apus migrate up` that is killed again and again in a file that runs without a transaction.
///
/// `APUS_KILLS=50 APUS_SEED=1 swift test --filter MigrationKillTests` is the whole proof.
@Suite(.blocking, .needsPostgres, .serialized, .timeLimit(.minutes(20)))
struct MigrationKillTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let kills = environment["APUS_KILLS"].flatMap { Int($0) } ?? 6
    private static let seed = environment["APUS_SEED"].flatMap { UInt64($0) } ?? 7
    private static let items = 40_000

    /// A database with rows, and the file that is to change it.
    private struct Place {
        let database: TestDatabase
        let project: TestProject

        init() throws {
            database = try PostgresServer.shared.makeDatabase()
            project = try TestProject(models: MigratedProject.before)
            _ = try ServedNode(project, on: database.url)
            try MigratedProject.fill(database.client(), items: MigrationKillTests.items)
            _ = try MigratedProject.writeChange(project, database.url)
        }

        func migrate(_ word: String) throws -> RunningCommand {
            try RunningCommand(
                ["migrate", word, "--project", project.path, "--database", database.url])
        }
    }

    @Test func `whenever it is killed, it goes on, and nothing is left unfinished`() throws {
        var generator = SeededGenerator(seed: Self.seed)
        let fresh = try Place()
        let start = ContinuousClock.now
        #expect(try fresh.migrate("up").exitCode() == 0)
        let whole = (ContinuousClock.now - start) / .microseconds(1)
        let wanted = try MigratedProject.structure(fresh.database.client())
        var (kills, rounds, midway) = (0, 0, 0)
        while kills < Self.kills {
            rounds += 1
            let place = try Place()
            while kills < Self.kills {
                let command = try place.migrate("up")
                usleep(UInt32(whole * .random(in: 0.2...1, using: &generator)))
                kill(command.process, SIGKILL)
                if command.exitCode() == 0 { break }
                kills += 1
                if try isBegun(place) { midway += 1 }
            }
            let last = try place.migrate("up")
            let lines = last.lines(through: "never said")
            #expect(last.exitCode() == 0, "\(lines)")
            try expectWhole(place, wanted)
        }
        print("kills: \(kills) in \(rounds) files, \(midway) in the midst of one; seed \(Self.seed)")
    }

    private func isBegun(_ place: Place) throws -> Bool {
        try place.database.client().value(
            "SELECT count(*) FROM _apus_migrations WHERE done > 0 AND applied_at IS NULL") != "0"
    }

    private func expectWhole(_ place: Place, _ wanted: [[String?]]) throws {
        let client = try place.database.client()
        #expect(try MigratedProject.structure(client) == wanted)
        #expect(
            try client.value("SELECT count(*) || ' ' || sum(rank) FROM items")
                == "\(Self.items) \(Self.items * 5)")
        let unfinished = """
            SELECT (SELECT count(*) FROM pg_index WHERE NOT indisvalid)
              + (SELECT count(*) FROM pg_constraint WHERE NOT convalidated)
              + (SELECT count(*) FROM _apus_migrations WHERE applied_at IS NULL)
              + (SELECT count(*) FROM _apus_migrations WHERE running_sum IS NOT NULL)
            """
        #expect(try client.value(unfinished) == "0")
        #expect(try place.migrate("status").exitCode() == 0)
    }
}
