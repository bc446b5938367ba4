public import Diagnostics
import Disk
import Glibc
import SQLite
public import Store

/// Puts a backup in the place of a database that nobody uses. Killed at any moment, it leaves the
/// former one or the restored one:
///
///  1. the backup is copied to a draft beside the place, checked there, and given a new epoch;
///  2. the former database is made one file, with nothing of it left in a write-ahead log, which
///     SQLite would take for the new one's; that file gets a second name, by which it is kept;
///  3. the draft takes the place, in one step.
struct DatabaseRestoration {
    /// The file that is restored from.
    let backup: String
    /// The database's place.
    let path: String
    /// The path by which what is there is kept.
    let kept: String

    /// What to do where the backup is damaged, or looks so to an SQLite that is older than it.
    private var hint: String {
        if let writer = SQLiteVersion(ofDatabase: backup), writer > .library {
            return "Nothing was changed. SQLite \(writer) has written it, and this program has "
                + "SQLite \(SQLiteVersion.library): one as new may read it."
        }
        return "Nothing was changed. Restore another one: 'apus backup --list' shows what is kept."
    }

    private var draft: String { path + ".part" }

    /// - Parameter replaces: Whether a database may be there already.
    func run(replaces: Bool, _ reporter: CopyReporter) throws(Problem) -> RestoredDatabase {
        try requireBackup()
        if let folder = FileSystem.folder(of: path) { try FileSystem.makeFolder(folder) }
        let lock = try DataLock(databaseAt: path)
        defer { withExtendedLifetime(lock) {} }
        forgetUnfinished()
        let isThere = (FileSystem.byteCount(of: path) ?? 0) > 0
        guard replaces || !isThere else { throw .databaseExists(path) }
        let copy = try DatabaseCopy(draft: draft, hint: hint, reporter)
        defer { copy.remove() }
        let found = try copy.write(from: backup)
        try copy.check(found, isThorough: true, of: backup)
        let epoch = Opening.newEpoch
        try begin(epoch)
        if isThere { try keepFormer() } else { removeJournals() }
        try copy.settle(at: path)
        guard try SQLiteDatabase.facts(at: path)["epoch"] == epoch else {
            throw .unsound(path, "it is not what was restored", hint: SQLiteDialect().backupHint)
        }
        return RestoredDatabase(
            backup: WrittenBackup(
                path: backup, byteCount: FileSystem.byteCount(of: backup) ?? 0,
                migrations: found.records),
            kept: isThere ? kept : nil, epoch: epoch, beginsHistory: true)
    }

    private func requireBackup() throws(Problem) {
        guard let isFolder = FileSystem.isFolder(backup) else { throw .file("read", backup) }
        if isFolder { throw .file("read", backup, reason: systemMessage(EISDIR)) }
        guard !FileSystem.areSame(backup, path) else {
            throw .file("restore", backup, reason: "it is the database itself")
        }
        // Whatever SQLite makes of nothing is an empty database, and sound.
        if FileSystem.byteCount(of: backup) == 0 {
            throw .unsound(backup, "it is empty", hint: hint)
        }
    }

    /// Takes the second names from a database that has kept its place, and from its log: who was
    /// to replace it was killed in between.
    private func forgetUnfinished() {
        guard let folder = FileSystem.folder(of: path) else { return }
        for name in FileSystem.names(in: folder) ?? [] {
            let other = "\(folder)/\(name)"
            guard other.hasPrefix(path + ".replaced-") else { continue }
            let isOfLog = other.hasSuffix("-wal")
            let isLeft =
                FileSystem.areSame(other, path)
                || isOfLog && !FileSystem.exists(String(other.dropLast(4)))
            if isLeft { FileSystem.remove(other) }
        }
    }

    /// Begins a new history of changes in the draft: what a client has heard of the former one may
    /// not be in it.
    private func begin(_ epoch: String) throws(Problem) {
        do throws(SQLiteError) {
            let connection = try Opening.whole(path: draft)
            try connection.execute(
                "INSERT OR REPLACE INTO _apus_meta(key, value) VALUES ('epoch', '\(epoch)')")
        } catch {
            throw .file("write", draft, reason: error.message)
        }
    }

    /// Gives the former database the name by which it is kept, beside its own.
    private func keepFormer() throws(Problem) {
        // Of a database that is too damaged for it SQLite may throw the log away.
        let log = kept + "-wal"
        if (FileSystem.byteCount(of: path + "-wal") ?? 0) > 0 {
            try link(path + "-wal", to: log)
        }
        do throws(Problem) {
            if try gatherFormer() { FileSystem.remove(log) }
            try link(path, to: kept)
        } catch {
            FileSystem.remove(log)
            throw error
        }
        FileSystem.synchroniseFolder(around: path)
        removeJournals()
    }

    /// Removes what SQLite would take for the restored database's own.
    private func removeJournals() {
        FileSystem.remove(path + "-wal", path + "-shm", path + "-journal")
        FileSystem.remove(CommitNotes.path(besides: path))
    }

    /// Writes all of the former database into its file.
    ///
    /// - Returns: false when it is so damaged that SQLite cannot.
    /// - Throws: `database_open` when another process has it open, 58030.
    private func gatherFormer() throws(Problem) -> Bool {
        do throws(SQLiteError) {
            let connection = try Opening.whole(path: path)
            _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
            guard try connection.text("PRAGMA journal_mode = DELETE") == "delete" else {
                throw SQLiteError(code: ResultCode.busy, message: "")
            }
            return true
        } catch {
            switch error.primary {
            case ResultCode.corrupt, ResultCode.notADatabase: return false
            case ResultCode.busy, ResultCode.locked: throw .databaseOpen(path)
            default: throw .file("write", path, reason: error.message)
            }
        }
    }

    /// - Throws: 58030.
    private func link(_ file: String, to name: String) throws(Problem) {
        if unsafe Glibc.link(file, name) == 0 { return }
        // Some file systems know no second names.
        guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno) else { throw .file("create", name) }
        try FileSystem.copy(file, to: name)
    }
}

extension SQLiteDatabase {
    /// Puts a backup in the place of the database at `path`, which no server may be using, and
    /// begins a new history of changes: whoever follows one of before is told to fetch anew.
    /// Killed at any moment, it leaves the former database or the restored one.
    ///
    /// - Parameters:
    ///   - stamp: What tells what was there and is kept from all else: a date and time.
    ///   - replaces: Whether a database may be there.
    ///   - progress: told now and then how far it has come. What it throws ends it.
    /// - Throws: 55006 while a server uses the database, `database_open`, `database_exists`, XX001
    ///   for a backup that is damaged or none, 58030. All is as it was then.
    public static func restore(
        from backup: String, to path: String, stamp: String, replaces: Bool,
        progress: @escaping (BackupProgress) throws(Problem) -> Void
    ) throws(Problem) -> RestoredDatabase {
        var kept = "\(path).replaced-\(stamp)"
        var number = 1
        while FileSystem.exists(kept) {
            number += 1
            kept = "\(path).replaced-\(stamp)-\(number)"
        }
        return try DatabaseRestoration(backup: backup, path: path, kept: kept)
            .run(replaces: replaces, CopyReporter(progress))
    }
}

extension Problem {
    fileprivate static func databaseOpen(_ path: String) -> Problem {
        Problem(
            code: "database_open", status: 500, message: "Another process has \(path) open.",
            hint: "Close it there, such as in a shell of SQLite's. Nothing was changed.")
    }

    static func databaseExists(_ path: String) -> Problem {
        Problem(
            code: "database_exists", status: 500, message: "There is a database at \(path).",
            hint: "With --replace the backup takes its place, and it is kept beside it under "
                + "another name.")
    }
}
