import Diagnostics
import Disk
import SQLite
import Store

/// A copy of a database while it is written: a file beside the place that it is for, which takes
/// that place when it is whole. What is left of one whose process was killed is that file.
struct DatabaseCopy {
    /// Where it is written.
    let draft: String
    private let reporter: CopyReporter
    /// What to do where the database that is copied is damaged.
    private let hint: String

    /// Clears what an earlier one has left at the draft's place, and begins.
    ///
    /// - Throws: 58030 when nothing can be written there.
    init(draft: String, hint: String, _ reporter: CopyReporter) throws(Problem) {
        self.draft = draft
        self.hint = hint
        self.reporter = reporter
        remove()
        // Its owner's alone; SQLite would make it for everybody.
        guard try FileSystem.makeFile(draft) else { throw .file("create", draft) }
    }

    /// Removes what there is of it.
    func remove() {
        FileSystem.remove(draft, draft + "-wal", draft + "-shm", draft + "-journal")
    }

    /// What was found in the database that was copied.
    struct Found {
        let pages: Int64
        let records: [MigrationRecord]
    }

    /// Copies the database at `path` as it is at one moment, beside whoever uses it.
    ///
    /// By SQLite's backup calls, on a connection of its own with a snapshot of its own. The
    /// writer's connection would need no snapshot, but would do the reading and writing of the
    /// copy between its turns, and every later change twice; `VACUUM INTO` needs the same snapshot
    /// for longer, numbers rows anew that have no key, and says nothing before it is done. So
    /// nobody waits for a backup. What its snapshot costs is that the write-ahead log, though it is
    /// copied into the file meanwhile as far as that goes, begins anew only afterwards
    /// (``LogBound``): it grows by what is written while the pages are copied, and not while the
    /// copy is checked and synchronised, which comes later.
    ///
    /// - Throws: 58030, or XX001 when the database is damaged; what the reporter's progress does.
    func write(from path: String) throws(Problem) -> Found {
        do throws(SQLiteError) {
            let source = try Opening.whole(path: path)
            let target = try Opening.whole(path: draft)
            // Nothing of it is worth anything before it is whole.
            try target.execute("PRAGMA synchronous = OFF")
            try target.execute("PRAGMA journal_mode = MEMORY")
            guard source.beginReading() else { throw SQLiteError.noSnapshot }
            defer { source.endReading() }
            let size = Int(try source.integer("PRAGMA page_size"))
            let found = Found(
                pages: try source.integer("PRAGMA page_count"), records: try source.records())
            try copy(source, to: target, pageBytes: size)
            return found
        } catch {
            throw problem(error, copying: path)
        }
    }

    /// Copies the pages, and has the disk keep up with them: were it to take all of them at the
    /// end, whoever commits meanwhile would wait for it.
    private func copy(
        _ source: Connection, to target: Connection, pageBytes size: Int
    ) throws(SQLiteError) {
        var synchronised = 0
        var isSound = true
        do throws(SQLiteError) {
            try source.copyPages(to: target, atATime: DatabaseLimits.backupPages) { done, all in
                if (done - synchronised) * size >= DatabaseLimits.backupSynchronisedBytes {
                    isSound = target.synchroniseFile()
                    synchronised = done
                }
                return isSound && reporter.goOn(.copying(bytes: done * size, of: all * size))
            }
        } catch {
            throw isSound ? error : .notSynchronised
        }
    }

    /// Makes one file of the copy, and looks whether it is sound and has what was found.
    ///
    /// - Parameters:
    ///   - isThorough: Whether indexes are compared with their tables, and references looked up,
    ///     which takes several times as long.
    ///   - origin: What is told to be damaged if it is.
    func check(_ found: Found, isThorough: Bool, of origin: String) throws(Problem) {
        let inspection: [String]
        do throws(SQLiteError) {
            let connection = try Opening.whole(path: draft)
            try connection.execute("PRAGMA synchronous = OFF")
            connection.review(at: moment(after: .zero)) { [reporter] in
                reporter.goOn(.checking)
                    ? monotonicNanoseconds() + DatabaseLimits.backupLookNanoseconds : nil
            }
            defer { connection.endReview() }
            // Whoever opens the copy needs no other file, and makes none.
            guard try connection.text("PRAGMA journal_mode = DELETE") == "delete" else {
                throw SQLiteError.notAlone
            }
            inspection = try connection.faults(found, isThorough: isThorough)
        } catch {
            throw problem(error, copying: origin)
        }
        if let first = inspection.first {
            throw .unsound(
                origin, first, hint: hint, cause: inspection.joined(separator: "; "))
        }
    }

    /// Gives the copy its place, where nothing is or something that it replaces.
    func settle(at path: String) throws(Problem) {
        try FileSystem.put(draft, at: path)
    }

    /// What an error means while `path` is copied.
    private func problem(_ error: SQLiteError, copying path: String) -> Problem {
        if let problem = reporter.problem { return problem }
        let cause = "SQLite \(error.code): \(error.message)"
        switch error.primary {
        case ResultCode.corrupt, ResultCode.notADatabase:
            return .unsound(path, error.message, hint: hint, cause: cause)
        case ResultCode.cannotOpen, ResultCode.permission:
            return .file("copy", path, reason: error.message, cause: cause)
        default: return .file("write", draft, reason: error.message, cause: cause)
        }
    }
}

/// Passes on how far a copy has come, and keeps what that throws, since SQLite cannot. Used by one
/// thread at a time.
final class CopyReporter {
    /// Told how far it has come; what it throws ends the copy.
    typealias Progress = (BackupProgress) throws(Problem) -> Void

    private let progress: Progress
    private(set) var problem: Problem?

    init(_ progress: @escaping Progress) { self.progress = progress }

    /// Whether the copy is still wanted.
    func goOn(_ state: BackupProgress) -> Bool {
        do throws(Problem) {
            try progress(state)
            return true
        } catch {
            problem = error
            return false
        }
    }
}

extension SQLiteError {
    fileprivate static let notSynchronised = SQLiteError(
        code: ResultCode.inputOutput, message: "the disk does not keep it")
    static let noSnapshot = SQLiteError(
        code: ResultCode.cannotOpen, message: "it cannot be read")
    fileprivate static let notAlone = SQLiteError(
        code: ResultCode.busy, message: "another process has it open")
}

extension Connection {
    /// The migration files that were applied; none where nobody has looked yet.
    fileprivate func records() throws(SQLiteError) -> [MigrationRecord] {
        let count = try integer(
            "SELECT count(*) FROM sqlite_schema WHERE name = '_apus_migrations'")
        if count == 0 { return [] }
        var run = try run(MigrationRecord.selection)
        var records: [MigrationRecord] = []
        while try run.step() {
            records.append(
                MigrationRecord(
                    version: run.cell(0).text, name: run.cell(1).text, checksum: run.cell(2).text,
                    appliedAt: run.cell(3).text))
        }
        return records
    }

    /// What is wrong with a copy of what was found, a line each; nothing where all is well.
    fileprivate func faults(
        _ found: DatabaseCopy.Found, isThorough: Bool
    ) throws(SQLiteError) -> [String] {
        guard try integer("PRAGMA application_id") == Opening.applicationID,
            try integer("SELECT count(*) FROM sqlite_schema WHERE name = '_apus_meta'") == 1
        else { return ["another application has made it"] }
        guard try integer("PRAGMA page_count") == found.pages, try records() == found.records
        else { return ["the copy is not whole"] }
        let max = DatabaseLimits.toldFaultsMax
        let words = isThorough ? "integrity_check" : "quick_check"
        var faults = try texts("PRAGMA \(words)(\(max))").filter { $0 != "ok" }
        if isThorough, faults.isEmpty {
            faults = try texts("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")
                .prefix(max).map { "rows of \($0) refer to rows that are not there" }
        }
        return faults
    }

    private func texts(_ sql: String) throws(SQLiteError) -> [String] {
        var run = try run(sql)
        var texts: [String] = []
        while try run.step() { texts.append(run.cell(0).text) }
        return texts
    }
}
