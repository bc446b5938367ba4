import Bytes
import Diagnostics
import Foundation
import PostgresTestSupport
import ServerTestSupport
import Store
import Synchronization
import TestSupport
import Testing

@testable import Server

/// The backups that a server writes by itself.
@Suite(.timeLimit(.minutes(10))) struct BackupKeeperTests {
    private static let hour: UInt64 = 3_600_000_000_000

    /// What would be backed up; writes a text where it is told to.
    private final class Source: BackupSource {
        private let state = Mutex((isBroken: false, isHeld: false, count: 0))

        var count: Int { state.withLock(\.count) }

        func set(isBroken: Bool = false, isHeld: Bool = false) {
            state.withLock { $0 = (isBroken, isHeld, $0.count) }
        }

        func backUp(
            to path: String, progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
        ) throws(Problem) -> WrittenBackup {
            state.withLock { $0.count += 1 }
            while state.withLock(\.isHeld) {
                try progress(.checking)
                usleep(1_000)
            }
            if state.withLock(\.isBroken) {
                throw Problem(code: "broken", status: 500, message: "It is broken.")
            }
            #expect(FileManager.default.createFile(atPath: path, contents: Data("copy".utf8)))
            return WrittenBackup(path: path, byteCount: 4, migrations: [])
        }
    }

    private let directory: TemporaryDirectory
    private let source = Source()
    private var folder: BackupFolder { BackupFolder(path: directory.file("backups")) }

    init() throws { directory = try TemporaryDirectory() }

    private func keeper(
        every interval: Duration = .seconds(3600 * 24), keep: Int = 3, at now: UInt64
    ) -> BackupKeeper {
        BackupKeeper(
            source, .file, in: folder, every: interval, keep: keep, log: Log(level: .error), at: now
        )
    }

    /// Lets a keeper look, and waits for what it has begun.
    private func look(_ keeper: BackupKeeper, at now: UInt64) async {
        let before = keeper.counts
        keeper.look(at: now)
        guard keeper.isWriting || keeper.counts.written != before.written else { return }
        #expect(await eventually { !keeper.isWriting })
    }

    @Test func `the first is written at once, and the next when its time has come`() async throws {
        let keeper = keeper(at: 5)
        await look(keeper, at: 5)
        #expect(keeper.counts.written == 1)
        for hours in 1..<24 { await look(keeper, at: UInt64(hours) * Self.hour) }
        #expect(source.count == 1)
        await look(keeper, at: 25 * Self.hour)
        #expect(keeper.counts.written == 2)
        #expect(try folder.backups().count == 2)
        keeper.stop(within: .seconds(5))
    }

    @Test func `a server that starts goes on from the last one of another`() async throws {
        try folder.prepare()
        let last = folder.newPath(nil, .file, at: Instant(seconds: Instant.now.seconds - 20 * 3600))
        try Data("copy".utf8).write(to: URL(filePath: last))
        let keeper = keeper(at: 0)
        #expect(keeper.counts.lastBytes == 4)
        await look(keeper, at: 3 * Self.hour)
        #expect(source.count == 0)
        await look(keeper, at: 5 * Self.hour)
        #expect(source.count == 1)
        keeper.stop(within: .seconds(5))
    }

    @Test func `one that fails is tried again, soon, and told`() async throws {
        let keeper = keeper(at: 0)
        source.set(isBroken: true)
        await look(keeper, at: 0)
        await look(keeper, at: Self.hour / 10)
        #expect(source.count == 1)
        await look(keeper, at: Self.hour)
        #expect(source.count == 2)
        #expect(keeper.counts.failed == 2 && keeper.counts.written == 0)
        source.set()
        await look(keeper, at: 2 * Self.hour)
        #expect(keeper.counts.written == 1)
        var text: [UInt8] = []
        keeper.counts.append(to: &text)
        let lines = String(utf8: text).split(separator: "\n")
        #expect(lines.contains("apus_backups_failed_total 2"))
        #expect(lines.contains("apus_backups_total 1"))
        #expect(lines.contains("apus_backup_last_bytes 4"))
        #expect(
            lines.contains {
                $0.hasPrefix("apus_backup_last_timestamp_seconds 1") || $0.contains("seconds 2")
            })
        keeper.stop(within: .seconds(5))
    }

    @Test func `the oldest make way, and what is not the schedule's stays`() async throws {
        try folder.prepare()
        let others = ["20200101T000000Z-before-migrate.db", "mine.db", "20200101T000000Z.db.part"]
        for name in others { try directory.write("x", to: "backups/\(name)") }
        let old = (1...4).map { "2020010\($0)T000000Z.db" }
        for name in old { try directory.write("x", to: "backups/\(name)") }
        try directory.write("x", to: "backups/20200101T000000Z.secrets.json")
        let keeper = keeper(at: 0)
        await look(keeper, at: 0)
        keeper.stop(within: .seconds(5))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(
            names.dropLast(2) == [
                "20200101T000000Z-before-migrate.db", "20200103T000000Z.db", "20200104T000000Z.db",
            ])
        #expect(names.last == "mine.db")
    }

    @Test func `a server that stops gives up what it is writing`() throws {
        source.set(isHeld: true)
        let keeper = keeper(at: 0)
        keeper.look(at: 0)
        while source.count == 0 { usleep(1_000) }
        keeper.stop(within: .seconds(60))
        #expect(!keeper.isWriting)
        #expect(keeper.counts.failed == 0)
        keeper.look(at: 100 * Self.hour)
        #expect(source.count == 1)
    }

    @Test func `of several that begin in a second each has a name of its own`() throws {
        try folder.prepare()
        let moment = Instant(seconds: 1_795_894_200)
        var names: [String] = []
        for _ in 0..<3 {
            let path = folder.newPath(nil, .file, at: moment)
            try Data().write(to: URL(filePath: path))
            names.append(String(path.suffix(19)))
        }
        #expect(
            names == ["20261128T193000Z.db", "20261128T193001Z.db", "20261128T193002Z.db"])
        #expect(try folder.backups().map(\.time).first == "2026-11-28T19:30:00Z")
    }

    @Test func `the schedule counts from the last one, whatever the clock says`() {
        let second: UInt64 = 1_000_000_000
        var schedule = BackupSchedule(interval: .seconds(10), lastAge: .seconds(4), at: 100)
        var begun: [Bool] = []
        for moment in [6 * second - 1, 6 * second, 60 * second] {
            begun.append(schedule.begins(at: 100 + moment))
        }
        schedule.end(at: 20 * second, isWritten: true)
        for moment: UInt64 in [29, 30] { begun.append(schedule.begins(at: moment * second)) }
        schedule.end(at: 31 * second, isWritten: false)
        begun.append(schedule.begins(at: 41 * second))
        #expect(begun == [false, true, false, false, true, true])
    }

    @Test(.sqliteOnly) func `one before something for good is called so, and stays`() throws {
        let project = try TestProject()
        let options = try project.options()
        let written = try options.withDatabase { database in
            try options.backUp(database, before: "migrate")
        }
        #expect(written.path.hasPrefix(project.data + "/backups/20"))
        #expect(written.path.hasSuffix("Z-before-migrate.db"))
        let folder = try options.backupFolder()
        #expect(try folder.drop(keeping: 0) == [])
        #expect(try folder.backups().map(\.path) == [written.path])
    }

    @Test(.sqliteOnly) func `the folder of backups is closed to others`() throws {
        let project = try TestProject()
        try FileManager.default.createDirectory(
            atPath: project.data + "/backups", withIntermediateDirectories: true)
        DataDirectoryTests.close(project.data, to: 0o755)
        DataDirectoryTests.close(project.data + "/backups", to: 0o755)
        try project.options().withDatabase { _ in }
        #expect(DataDirectoryTests.mode(project.data) == "700")
        #expect(DataDirectoryTests.mode(project.data + "/backups") == "700")
    }

    @Test(.sqliteOnly) func `a server writes them as its settings say, and tells`() async throws {
        let server = try TestBackend(
            models: ["notes": TestProject.note],
            project: #"{"backup": {"interval": "1d", "keep": 2, "directory": "copies"}}"#)
        let copies = server.project.path + "/copies"
        let isWritten = await eventually {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: copies)) ?? []
            return names.contains { $0.hasSuffix(".db") }
        }
        #expect(isWritten)
        let told = try await eventually {
            try server.client().send("GET", "/metrics").text.contains("\napus_backups_total 1\n")
        }
        #expect(told)
    }
}
