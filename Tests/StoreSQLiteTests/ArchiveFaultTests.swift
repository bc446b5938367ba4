import Diagnostics
import Disk
import Foundation
import SQLite
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// Archives after kills, restarts and damage.
@Suite(.blocking, .timeLimit(.minutes(10))) struct ArchiveFaultTests {
    private let stage: ArchiveStage

    init() throws { stage = try ArchiveStage() }

    /// Waits until something is so.
    private func wait(_ isSo: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !isSo() {
            try #require(ContinuousClock.now < deadline)
            usleep(2000)
        }
    }

    private func expectSeconds(_ rows: [WrittenRow], of stage: ArchiveStage) throws {
        for moment in (rows[0].begun / 1_000_000 + 1)...(try #require(try stage.lastSecond)) {
            try stage.expectRows(rows, at: moment)
        }
    }

    /// A killed server whose log the archive has nothing of since its first copy.
    private func behind(_ rows: inout [WrittenRow]) throws -> ArchiveStage {
        let database = try stage.open { $0.interval = .seconds(3600) }
        #expect(stage.reports.wait(for: "copied"))
        stage.clock.advance()
        rows += try stage.write(seconds: 3, 5, to: database)
        let killed = try stage.killed()
        database.close()
        return killed
    }

    @Test func `after a kill the last second that is whole is told, and no later one is`() throws {
        let database = try stage.open()
        stage.clock.advance()
        var rows = try stage.write(seconds: 3, 20, to: database)
        rows.append(try stage.write("last", to: database))
        let last = stage.clock.second
        try wait { try stage.lastSecond == last }
        let killed = try stage.killed()
        database.close()
        try killed.expectRows(rows, at: last)
        let problem = #expect(throws: Problem.self) { try killed.names(at: last + 1) }
        #expect(problem?.code == "not_archived")
        let time = Instant(seconds: last).rfc3339
        #expect(problem?.message.contains("until \(time)") == true)
        #expect(problem?.hint?.contains("--at \(time)") == true)
        #expect(try killed.names() == Set(rows.map(\.name)))
        killed.clock.advance()
        try killed.open().close()
        #expect(try killed.lastSecond == last + 1)
        try killed.expectRows(rows, at: last + 1)
    }

    @Test func `where no second is whole, the end alone can be restored`() throws {
        let database = try stage.open()
        let row = try stage.write("only", to: database)
        #expect(stage.reports.wait(for: "copied"))
        // Before the first copy there is nothing, and then perhaps no table yet.
        try wait { (try? stage.names()) == Set([row.name]) }
        let killed = try stage.killed()
        database.close()
        #expect(try killed.lastSecond == nil)
        let problem = #expect(throws: Problem.self) { try killed.names(at: stage.clock.second + 1) }
        #expect(problem?.code == "not_archived" && problem?.hint?.contains("--at 2") == false)
        #expect(try killed.names() == [row.name])
    }

    @Test(arguments: [[], [UInt8](repeating: 0, count: 13), [1, 2, 3], Array(0..<200)])
    func `what a power cut leaves behind the notes of seconds is cut off`(rest: [UInt8]) throws {
        var rows: [WrittenRow] = []
        let killed = try behind(&rows)
        let notes = URL(filePath: killed.path + "-archive")
        try (Data(contentsOf: notes) + rest).write(to: notes)
        killed.clock.advance(by: 5)
        let database = try killed.open { $0.interval = .seconds(3600) }
        rows += try killed.write(seconds: 3, 5, to: database)
        let again = try killed.killed()
        database.close()
        try again.open().close()
        #expect(try again.chains.count == 1)
        try expectSeconds(rows, of: again)
    }

    @Test func `an opening that does not archive leaves the log to the archive`() throws {
        var rows: [WrittenRow] = []
        let killed = try behind(&rows)
        _ = try SQLiteDatabase.facts(at: killed.path)
        _ = try SQLiteDatabase.backUp(
            databaseAt: killed.path, to: killed.directory.file("copy.db")) { _ throws(Problem) in }
        try SQLiteDatabase.open(.file(killed.path)).close()
        let command = try SQLiteDatabase.open(.file(killed.path))
        try killed.write("by a command", to: command)
        command.close()
        killed.clock.advance()
        try killed.open().close()
        #expect(try killed.chains.count == 1)
        #expect(try killed.names() == Set(rows.map(\.name) + ["by a command"]))
        for moment in (rows[0].begun / 1_000_000 + 1)...(rows[14].begun / 1_000_000) {
            try killed.expectRows(rows, at: moment)
        }
        let names = try FileManager.default.contentsOfDirectory(
            atPath: killed.directory.file("data"))
        #expect(!names.contains("apus.db-archive"), "nothing waits after a server that archives")
    }

    @Test func `a log that outgrows its bound is not kept, and the archive begins anew`() throws {
        var rows: [WrittenRow] = []
        let killed = try behind(&rows)
        var configuration = ArchiveStage.configuration(
            in: killed.directory.path, reports: killed.reports)
        configuration.archive = nil
        let server = try SQLiteDatabase.open(configuration)
        for number in 0..<40 { try killed.write("big\(number)", bytes: 50_000, to: server) }
        #expect(server.walBytes < 1_000_000)
        server.close()
        killed.clock.advance(by: 5)
        let last = try killed.open()
        #expect(killed.reports.wait(for: "copied"))
        last.close()
        #expect(try killed.chains.count == 2)
        #expect(try killed.names().count == rows.count + 40)
        let problem = #expect(throws: Problem.self) {
            try killed.names(at: killed.clock.second - 2)
        }
        #expect(problem?.code == "not_archived")
    }

    @Test func `a server that stops while the archive is away leaves the log to the next`() throws {
        let database = try stage.open()
        #expect(stage.reports.wait(for: "copied"))
        stage.clock.advance()
        var rows = try stage.write(seconds: 1, 5, to: database)
        try wait { try stage.lastSecond == stage.clock.second - 1 }
        let files = FileManager.default
        try files.moveItem(atPath: stage.archive, toPath: stage.archive + ".away")
        try stage.directory.write("no folder", to: "archive")
        rows += try stage.write(seconds: 2, 5, to: database)
        database.close()
        #expect(stage.reports.words.last == "failed")
        try files.removeItem(atPath: stage.archive)
        try files.moveItem(atPath: stage.archive + ".away", toPath: stage.archive)
        try stage.open().close()
        #expect(try stage.chains.count == 1)
        try expectSeconds(rows, of: stage)
    }

    @Test(arguments: ["", "soon", "99999999999999999999"])
    func `a chain that does not say when it ended is told of, and another begins`(
        end: String
    ) throws {
        let first = try stage.open()
        #expect(stage.reports.wait(for: "copied"))
        stage.clock.advance()
        let rows = try stage.write(seconds: 2, 5, to: first)
        first.close()
        let path = try stage.chains[0].path + "/end"
        try Data(end.utf8).write(to: URL(filePath: path))
        stage.clock.advance(by: 10)
        let second = try stage.open()
        #expect(stage.reports.wait(for: "copied", 2))
        #expect(second.archiveProblem == nil)
        second.close()
        let spans = try SQLiteDatabase.archiveSpans(in: stage.archive)
        #expect(spans.count == 2 && spans[1].problem == nil)
        #expect(spans[0].problem?.contains(path) == true)
        let last = rows[5].begun / 1_000_000
        #expect(spans[0].last == last)
        try stage.expectRows(rows, at: last)
        let problem = #expect(throws: Problem.self) { try stage.names(at: last + 1) }
        #expect(problem?.code == "archive_damaged")
        #expect(problem?.hint?.contains(Instant(seconds: last).rfc3339) == true)
        #expect(try stage.names() == Set(rows.map(\.name)))
    }

    @Test func `a clock that was once ahead does not mix up the chains`() throws {
        stage.clock.advance(by: 1_000_000)
        var names: Set<String> = []
        for number in 1...12 {
            let database = try stage.open()
            #expect(stage.reports.wait(for: "copied", number))
            names.insert(try stage.write("r\(number)", to: database).name)
            #expect(database.archiveCounts?.second == 1_801_000_000)
            database.close()
            if number == 1 { stage.clock.advance(by: -1_000_000) }
        }
        let chains = try stage.chains
        #expect(chains.map(\.number) == Array(1...12))
        #expect(Set(chains.map(\.begin)) == [1_801_000_000])
        #expect(try stage.names() == names)
    }

    @Test func `where a server does not start, it does not archive either`() throws {
        let database = try stage.open()
        database.close()
        try Opening.whole(path: stage.path)
            .execute("ALTER TABLE _apus_changes RENAME COLUMN seq TO other")
        #expect(throws: Problem.self) { try stage.open() }
        #expect(try LockedFile.take(folder: stage.archive) != nil)
    }
}
