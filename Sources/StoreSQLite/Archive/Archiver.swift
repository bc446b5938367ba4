import Diagnostics
import Disk
import SQLite
import Work

/// Copies what has been committed to the archive, and the whole database now and then. Confined to
/// a thread of its own.
///
/// It reads the log's file as it is: what is committed there stays until all of it is archived
/// (``ArchiveHold``). Up to where it is committed the log's index says; that nothing is missing or
/// changed, the checksums, each of which goes on with the one before.
final class Archiver {
    private let path: String
    let archive: LogArchive
    let folder: ArchiveFolder
    private(set) var chain: ArchiveChain?
    /// The index of the next segment.
    private var next = 1
    /// The second of the last transaction that was archived.
    private var second: Int64 = 0
    /// Whether the chain of a server before can be gone on with no more, or is.
    private var isSettled = false
    /// When the next copy of the database is due, by the clock that only runs.
    var baseDue: UInt64 = 0
    /// Keeps others from archiving to the folder.
    private var lock: LockedFile?
    /// Where the log stands.
    private var marks: Connection?
    /// What is copied.
    private(set) var source: Connection?
    /// The last segment of what `source` has a snapshot of, and its second; nil where it has none.
    private(set) var pinned: (index: Int, second: Int64)?

    private init(databaseAt path: String, _ archive: LogArchive) {
        self.path = path
        self.archive = archive
        folder = ArchiveFolder(path: archive.configuration.folder)
    }

    /// - Parameter ready: signalled when it is settled where the chain goes on: what is written
    ///   from then on is in it.
    static func run(databaseAt path: String, _ archive: LogArchive, _ ready: Semaphore) {
        let archiver = Archiver(databaseAt: path, archive)
        let problem = archiver.attempt { () throws(Problem) in try archiver.settle() }
        if problem != nil { archive.noteLog(problem) }
        ready.signal()
        while true {
            let isLast = archive.isOver
            archiver.pass(isLast: isLast)
            archive.endPass()
            if isLast { return archiver.end() }
            archive.wait(until: moment(after: archive.configuration.interval))
        }
    }

    private func attempt(_ body: () throws(Problem) -> Void) -> Problem? {
        do throws(Problem) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    private func pass(isLast: Bool) {
        let problem = attempt { () throws(Problem) in
            if !archive.hasChain, !isLast { try settle() }
            if archive.hasChain { try copyLog() }
        }
        // The chain that is asked for may not have begun yet.
        if problem != nil || archive.hasChain { archive.noteLog(problem) }
        // Nothing is to keep the log from beginning anew while it cannot be archived.
        guard problem == nil, archive.hasChain else { return unpin() }
        guard !isLast, monotonicNanoseconds() >= baseDue else { return }
        archive.noteCopy(attempt { () throws(Problem) in try copyDatabase() })
    }

    /// Notes that nothing follows in the chain, if that is so.
    private func end() {
        if let mark = marks?.logMark, archive.logProblem == nil, archive.isAt(mark) {
            _ = attempt { () throws(Problem) in
                try chain?.close(at: max(second, archive.configuration.clock()))
                archive.endNotes()
            }
        }
        source?.endReading()
    }

    // MARK: Where a chain begins, or goes on

    /// Goes on with a chain as soon as it is known whether one can be gone on with, or begins one.
    private func settle() throws(Problem) {
        if !isSettled, archive.isHeld, try goOn() { return isSettled = true }
        isSettled = true
        try begin()
    }

    /// Opens what is needed, and goes on with the newest chain if the log does.
    private func goOn() throws(Problem) -> Bool {
        let marks = try open()
        // What is damaged nobody goes on with: a chain begins.
        guard let chain = try folder.chains().last, !chain.isClosed,
            let last = try chain.segments().last, let segment = try? chain.segment(last),
            let mark = marks.logMark, let position = try position(after: segment, at: mark)
        else { return false }
        self.chain = chain
        next = last + 1
        second = segment.second
        let bases = try chain.bases()
        let age = bases.last.map { max(0, archive.configuration.clock() - $0.second) }
        let left = age.map { archive.configuration.baseInterval - .seconds($0) } ?? .zero
        baseDue = moment(after: max(.zero, left))
        archive.goOn(
            at: position, in: position.frame == 0 ? position.salt : nil, since: second)
        return true
    }

    /// Where the log goes on behind a segment; nil where that is not known.
    private func position(
        after segment: Segment, at mark: LogMark
    ) throws(Problem) -> LogArchive.Position? {
        if archive.follows(mark.salt, after: segment.log.salt, segment.last) {
            return LogArchive.Position(salt: mark.salt, frame: 0, sum: nil)
        }
        guard mark.salt == segment.log.salt, mark.frameCount >= segment.last, segment.last > 0
        else { return nil }
        let log = FileRange(try OpenFile(path + "-wal"))
        let start = LogHead.byteCount + (segment.last - 1) * mark.frameBytes
        guard start + LogFrame.headBytes <= log.byteCount else { return nil }
        let frame = LogFrame(
            try log.bytes(start..<(start + LogFrame.headBytes), called: path + "-wal")[...])
        guard frame.salt == mark.salt, frame.sum == segment.end else { return nil }
        return LogArchive.Position(salt: mark.salt, frame: segment.last, sum: segment.end)
    }

    /// Makes the folder, and keeps it and the connections from then on.
    @discardableResult
    private func open() throws(Problem) -> Connection {
        if lock == nil {
            try FileSystem.makeFolder(folder.path)
            lock = try LockedFile.take(folder: folder.path)
            if lock == nil { throw .archiveShared(folder.path) }
        }
        if let marks { return marks }
        do throws(SQLiteError) {
            source = try Opening.copier(path: path, synchronises: true)
            let opened = try Opening.copier(path: path, synchronises: true)
            marks = opened
            return opened
        } catch {
            throw Opening.problem(error, path: path)
        }
    }

    /// Begins a chain with the database as it is now, unless the log may begin anew at any moment:
    /// then the writer is asked to keep it.
    private func begin() throws(Problem) {
        try open()
        try folder.probe()
        guard archive.isHeld else { return archive.askForHold() }
        let mark = try pin()
        let head = try readHead()
        guard head.salt == mark.salt else { throw .logLost(path) }
        second = max(try folder.second(), second, archive.configuration.clock())
        let chain = try folder.makeChain(at: second)
        let sum = LogSum(first: mark.checksum.first, second: mark.checksum.second)
        let log = LogHead(
            pageBytes: head.pageBytes, isBigEndian: head.isBigEndian, salt: head.salt, sum: sum)
        // It says where the log stood, though nothing has been added yet.
        try chain.write(
            Segment(
                index: 1, log: log, before: mark.frameCount, frames: 0, end: sum,
                times: [Segment.Time(frame: mark.frameCount, second: second)]), [])
        self.chain = chain
        next = 2
        baseDue = 0
        pinned = (1, second)
        archive.begin(
            at: LogArchive.Position(salt: mark.salt, frame: mark.frameCount, sum: sum),
            since: second)
    }

    /// Takes a snapshot of what is archived, unless there is one already.
    ///
    /// - Returns: false where the log has begun anew meanwhile: there is one at the next attempt.
    func pinArchived() throws(Problem) -> Bool {
        if pinned != nil { return true }
        let mark = try pin()
        try copyLog(upTo: mark)
        guard archive.isAt(mark) else {
            unpin()
            return false
        }
        pinned = (next - 1, second)
        return true
    }

    /// Lets go of the snapshot.
    func unpin() {
        source?.endReading()
        pinned = nil
    }

    /// Takes a snapshot, and says of which moment it is.
    private func pin() throws(Problem) -> LogMark {
        guard let marks, let source else { throw .logLost(path) }
        for _ in 0..<DatabaseLimits.archivePinsMax {
            unpin()
            let before = marks.logMark
            guard source.beginReading(),
                (try? source.integer("SELECT count(*) FROM sqlite_schema")) != nil
            else { continue }
            if let before, before == marks.logMark { return before }
        }
        unpin()
        throw .logLost(path)
    }

    private func readHead() throws(Problem) -> LogHead {
        let name = path + "-wal"
        let log = FileRange(try OpenFile(name))
        guard log.byteCount >= LogHead.byteCount,
            let head = LogHead(try log.bytes(0..<LogHead.byteCount, called: name))
        else { throw .logLost(path) }
        return head
    }

    // MARK: The log

    /// Copies what has been committed.
    ///
    /// - Parameter end: up to where, if not up to now: whoever writes all the time is not followed
    ///   commit by commit.
    func copyLog(upTo end: LogMark? = nil) throws(Problem) {
        var end = end
        while let (position, restarts) = archive.standing, let mark = end ?? marks?.logMark,
            archive.stands(restarts)
        {
            // All of it is archived where the log has begun anew since.
            if end != nil, mark.salt != position.salt { return }
            end = mark
            guard mark.salt == position.salt, mark.frameCount >= position.frame else {
                archive.begin(at: nil)
                throw .logLost(path)
            }
            let waiting = mark.frameCount - position.frame
            archive.noteWaiting(waiting * mark.frameBytes)
            if waiting == 0 { return }
            try copyFrames(after: position, upTo: mark)
        }
    }

    private func copyFrames(
        after position: LogArchive.Position, upTo mark: LogMark
    ) throws(Problem) {
        let head = try readHead()
        guard let chain, head.salt == mark.salt else { throw .logLost(path) }
        let sum = position.sum ?? head.sum
        let count = min(
            mark.frameCount - position.frame,
            max(1, archive.configuration.segmentBytes / head.frameBytes))
        let bytes = try frames(position.frame, count, of: head)
        let run = LogRun(bytes[...], of: head, after: sum)
        guard run.frames == count else {
            archive.begin(at: nil)
            throw .logLost(path)
        }
        var second = second
        var (times, used) = archive.times(
            of: run.commits.map { $0 + position.frame }, in: head.salt, from: &second)
        if times.isEmpty { times = [Segment.Time(frame: position.frame, second: second)] }
        let segment = Segment(
            index: next,
            log: LogHead(
                pageBytes: head.pageBytes, isBigEndian: head.isBigEndian, salt: head.salt,
                sum: sum),
            before: position.frame, frames: count, end: run.sum, times: times)
        try chain.write(segment, bytes[...])
        self.second = second
        next += 1
        archive.advance(to: segment, used: used, from: position)
    }

    /// Frames of the log behind the first `before`.
    private func frames(_ before: Int, _ count: Int, of head: LogHead) throws(Problem) -> [UInt8] {
        let name = path + "-wal"
        let start = LogHead.byteCount + before * head.frameBytes
        return try FileRange(try OpenFile(name))
            .bytes(start..<(start + count * head.frameBytes), called: name)
    }
}

extension ArchiveFolder {
    /// Throws where nothing can be written.
    fileprivate func probe() throws(Problem) {
        try FileSystem.makeFolder(path)
        let probe = path + "/probe"
        defer { FileSystem.remove(probe) }
        try FileSystem.replace(probe, with: [UInt8](repeating: 0, count: 4096))
    }
}

extension Problem {
    /// What was committed cannot be told from the log any more: a new chain begins.
    fileprivate static func logLost(_ path: String) -> Problem {
        Problem(
            code: "archive_broken", status: 500,
            message: "The write-ahead log of \(path) does not go on where the archive ends.",
            hint: "The archive begins a new chain by itself. Does another program write the "
                + "database?")
    }

    /// Two servers have one folder for their archives.
    fileprivate static func archiveShared(_ path: String) -> Problem {
        Problem(
            code: "archive_shared", status: 500,
            message: "Another server archives to \(path).",
            hint: "Each database needs a folder of its own: set backup.archive.")
    }
}
