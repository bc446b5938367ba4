import Diagnostics
import Foundation
import Glibc
import SQLite
import Store
import TestSupport
import Testing
import Work

@testable import StoreSQLite

/// The notes of when what was committed, and what else is read from files that anybody may have
/// written to.
@Suite(.blocking, .timeLimit(.minutes(5))) struct CommitNotesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.file("notes.db") }

    /// The frames before which there are notes in the file.
    private func frames() -> [Int] {
        CommitTimes(Array(directory.read("notes.db-archive"))).notes.map(\.frame)
    }

    private func note(_ seconds: [Int64], in notes: CommitNotes) throws {
        for second in seconds {
            #expect(try notes.note(second, salt: 7, after: Int(second) * 10))
        }
    }

    @Test func `notes are there again, each second once`() throws {
        let notes = CommitNotes(databaseAt: path)
        try note([1, 2, 3], in: notes)
        #expect(try !notes.note(3, salt: 7, after: 99))
        #expect(try !notes.note(2, salt: 7, after: 99))
        #expect(frames() == [10, 20, 30])
        let again = CommitNotes(databaseAt: path)
        #expect(try !again.note(3, salt: 7, after: 99))
        try note([4], in: again)
        #expect(frames() == [10, 20, 30, 40])
        again.remove()
        #expect(!FileManager.default.fileExists(atPath: path + "-archive"))
    }

    @Test func `what is torn or changed is left out, and what follows is read`() throws {
        try note([1, 2, 3], in: CommitNotes(databaseAt: path))
        let whole = directory.read("notes.db-archive")
        for count in 0..<whole.count {
            try directory.write(Array(whole.prefix(count)), to: "notes.db-archive")
            let notes = CommitNotes(databaseAt: path)
            try note([8, 9], in: notes)
            #expect(frames() == [10, 20, 30].prefix(count / 40) + [80, 90], "\(count)")
        }
        for place in 0..<whole.count {
            var bytes = Array(whole)
            bytes[place] ^= 0x80
            let left = CommitTimes(bytes).notes.map(\.frame)
            #expect(left == [10, 20, 30].filter { $0 != (place / 40 + 1) * 10 }, "\(place)")
        }
    }

    @Test func `numbers that nobody can have written are no notes`() {
        for place in 0..<4 {
            for number in [UInt64.max, 1 << 63, 1 << 32] where place != 1 {
                var bytes: [UInt8] = []
                var numbers: [UInt64] = [1, 7, 10, 1_800_000_000]
                numbers[place] = number
                for number in numbers { bytes.append(number) }
                var sum = LogSum()
                sum.add(bytes[...], isBigEndian: true)
                bytes.append(sum.number)
                let isOne = place == 3 && number == 1 << 32
                #expect(CommitTimes(bytes).notes.isEmpty != isOne)
            }
        }
    }

    @Test func `numbers that nobody can have written are no segment`() {
        let segment = Segment(
            index: 3, log: LogHead(pageBytes: 4096, isBigEndian: false, salt: 7, sum: LogSum()),
            before: 5, frames: 2, end: LogSum(), times: [.init(frame: 7, second: 1_800_000_000)])
        let sound = segment.bytes
        #expect(Segment(sound[...]) == segment)
        for place in 1..<(sound.count / 8 - 1) {
            for number in [0, 1, 1 << 31, 1 << 32, 1 << 62, 1 << 63, UInt64.max] {
                var bytes = Array(sound.prefix(place * 8))
                bytes.append(number)
                bytes += sound[(place * 8 + 8)..<(sound.count - 8)]
                var sum = LogSum()
                sum.add(bytes[...], isBigEndian: true)
                bytes.append(sum.number)
                guard let read = Segment(bytes[...]) else { continue }
                #expect(read.byteCount > 0 && read.index + 1 > 0 && read.second + 1 > 0)
                #expect((0...read.frames).contains(read.frames(before: nil)))
            }
        }
    }

    @Test func `who asks for the counts does not wait for the disk`() throws {
        let archive = LogArchive(
            ArchiveConfiguration(
                folder: directory.file("archive"), interval: .seconds(1), keep: .seconds(1)
            ) { _ in }, databaseAt: path, wakeWriter: {})
        let options = ConnectionOptions(
            mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 1,
            cachedStatementBytesMax: 100_000)
        let connection = try Connection(path: path, options: options)
        _ = try connection.text("PRAGMA journal_mode = WAL")
        try connection.execute("CREATE TABLE t (b)")
        let mark = try #require(connection.logMark)
        archive.noteHeld(true)
        // A disk that does not answer: whoever opens a pipe waits for who reads from it.
        #expect(unsafe mkfifo(path + "-archive", 0o600) == 0)
        let thread = PosixThread(name: "waits") { archive.noteCommit(after: mark) }
        let end = ContinuousClock.now + .milliseconds(20)
        while ContinuousClock.now < end {
            #expect(archive.counts.failed == 0 && archive.problem == nil && archive.isHeld)
        }
        let reader = unsafe open(path + "-archive", O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        thread?.join()
        // Nor has it anything to synchronise.
        #expect(archive.counts.failed == 1 && archive.problem != nil)
    }
}
