import Foundation
import PostgresTestSupport
import ServerTestSupport
import Testing

/// A data directory whose database is gone.
@Suite(.sqliteOnly, .timeLimit(.minutes(10))) struct MissingDatabaseTests {
    private func warnings(_ lines: [String]) -> [String] {
        lines.filter { $0.contains("warning") && $0.contains("has none now") }
    }

    private func lose(_ project: FilesOnDisk) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(
                at: project.root.appending(path: ".apus/apus.db\(suffix)"))
        }
    }

    @Test(arguments: [["dev"], ["serve", "--migrate", "--log-format", "text"], ["migrate", "up"]])
    func `a new database in the place of one that is gone is told`(command: [String]) throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        try project.record()
        #expect(try warnings(project.lines("dev")) == [])
        #expect(try warnings(project.lines("dev")) == [])
        try lose(project)
        let running = try RunningCommand(
            command + ["--project", project.root.path]
                + (command[0] == "migrate" ? [] : ["--listen", "127.0.0.1:0"]))
        let told = warnings(running.lines(through: "listening on"))
        try #require(told.count == 1)
        #expect(
            told[0].dropFirst(10) == "warning: \(project.root.path)/.apus has held a database "
                + "and has none now: a new, empty one is made; if that was not meant, stop the "
                + "server and serve a backup from an empty directory with --data")
    }

    @Test func `keys alone are no trace of a database`() throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        _ = try project.lines("keys")
        #expect(try warnings(project.lines("dev")) == [])
    }
}
