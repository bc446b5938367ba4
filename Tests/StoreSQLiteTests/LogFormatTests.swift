import Bytes
import SQLite
import Store
import StoreTestSupport
import TestSupport
import Testing

@testable import StoreSQLite

/// Write-ahead logs as SQLite writes them, read as data.
@Suite(.blocking) struct LogFormatTests {
    private let head: LogHead
    private let frames: [UInt8]

    /// Four transactions, the second of several pages.
    init() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("log.db")
        let options = ConnectionOptions(
            mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 1,
            cachedStatementBytesMax: 100_000)
        let connection = try Connection(path: path, options: options)
        _ = try connection.text("PRAGMA journal_mode = WAL")
        try connection.execute("CREATE TABLE t (b)")
        try connection.execute("INSERT INTO t VALUES (randomblob(20000))")
        try connection.execute("INSERT INTO t VALUES (1)")
        try connection.execute("INSERT INTO t VALUES (2)")
        let bytes = Array(directory.read("log.db-wal"))
        head = try #require(LogHead(bytes))
        frames = Array(bytes.dropFirst(LogHead.byteCount))
        withExtendedLifetime(connection) {}
    }

    private func run(_ bytes: [UInt8]) -> LogRun { LogRun(bytes[...], of: head, after: head.sum) }

    @Test func `whole transactions are read to the last one, from each of them on`() {
        let all = run(frames)
        #expect(all.commits.count == 4)
        #expect(all.frames * head.frameBytes == frames.count)
        for commit in all.commits.dropLast() {
            let begin = commit * head.frameBytes
            let first = run(Array(frames.prefix(begin)))
            let rest = LogRun(frames[begin...], of: head, after: first.sum)
            #expect(first.frames == commit && first.commits.last == commit)
            #expect(rest.frames == all.frames - commit && rest.sum == all.sum)
        }
    }

    @Test func `a log that is cut anywhere has the transactions before`() {
        let commits = run(frames).commits
        for count in stride(from: 0, to: frames.count, by: 997) {
            let whole = commits.last { $0 * head.frameBytes <= count } ?? 0
            let cut = run(Array(frames.prefix(count)))
            #expect(cut.frames == count / head.frameBytes)
            #expect(cut.commits.last ?? 0 == whole)
        }
    }

    @Test func `a byte that was changed ends what is read before its frame`() {
        for place in stride(from: 3, to: frames.count, by: 1009) {
            var changed = frames
            changed[place] ^= 0x40
            #expect(run(changed).frames == place / head.frameBytes)
        }
    }

    @Test func `frames of an earlier log behind those of this one are not read`() {
        let other = LogHead(
            pageBytes: head.pageBytes, isBigEndian: head.isBigEndian, salt: head.salt &+ 1,
            sum: head.sum)
        #expect(LogRun(frames[...], of: other, after: head.sum).frames == 0)
        #expect(LogRun(frames[...], of: head, after: LogSum()).frames == 0)
    }

    @Test func `heads that are cut or changed are none`() throws {
        var bytes = [UInt8](repeating: 0, count: LogHead.byteCount)
        #expect(LogHead(bytes) == nil)
        bytes.removeLast()
        #expect(LogHead(bytes) == nil)
    }

    @Test func `what is said of a segment is read as it was written`() {
        let segment = Segment(
            index: 7, log: head, before: 3, frames: 9, end: LogSum(first: 1, second: 2),
            times: [.init(frame: 5, second: 100), .init(frame: 12, second: 103)])
        #expect(Segment(segment.bytes[...]) == segment)
        #expect(segment.bytes.count == segment.headBytes)
        #expect(segment.frames(before: nil) == 9)
        #expect([99, 100, 101, 103, 104].map { segment.frames(before: $0) } == [0, 0, 2, 2, 9])
        for place in segment.bytes.indices {
            var changed = segment.bytes
            changed[place] ^= 1
            #expect(Segment(changed[...]) == nil)
        }
    }

    @Test func `commits have the second that was noted before them`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("times")
        let times = CommitNotes(databaseAt: path)
        _ = try times.note(100, salt: 1, after: 0)
        _ = try times.note(100, salt: 1, after: 4)
        _ = try times.note(99, salt: 1, after: 6)
        _ = try times.note(102, salt: 1, after: 8)
        // Whoever was killed finds what was noted.
        for times in [times, CommitNotes(databaseAt: path)] {
            var second: Int64 = 50
            let (found, used) = times.times(of: [2, 4, 8, 9], in: 1, from: &second)
            #expect(found == [.init(frame: 8, second: 100), .init(frame: 9, second: 102)])
            #expect(used == 2 && second == 102)
        }
        try times.forget(upTo: 101)
        var second: Int64 = 0
        let after = CommitNotes(databaseAt: path).times(of: [9], in: 1, from: &second)
        #expect(after.times == [.init(frame: 9, second: 102)])
    }

    @Test func `a log is known to follow that began before a kill or after it`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("times")
        let (old, next, other): (UInt64, UInt64, UInt64) = (1 << 32 | 7, 2 << 32 | 9, 3 << 32 | 5)
        let times = CommitNotes(databaseAt: path)
        try times.noteRestart(of: old, after: 9)
        for salt in [next, other] {
            #expect(CommitNotes(databaseAt: path).follows(salt, after: old, 9) == (salt == next))
            #expect(!CommitNotes(databaseAt: path).follows(salt, after: old, 8))
        }
        _ = try times.note(100, salt: old, after: 9)
        try times.endRestart(next)
        let found = CommitNotes(databaseAt: path)
        #expect(found.follows(next, after: old, 9))
        #expect(!found.follows(2 << 32 | 1, after: old, 9))
        var second: Int64 = 0
        #expect(found.times(of: [1], in: next, from: &second).times.map(\.second) == [100])
        try found.noteRestart(of: next, after: 4)
        try found.endRestart(nil)
        #expect(!CommitNotes(databaseAt: path).follows(other, after: next, 4))
    }
}
