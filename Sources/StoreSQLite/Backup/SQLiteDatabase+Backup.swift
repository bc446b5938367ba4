public import Diagnostics
import Disk
public import Store

extension SQLiteDatabase: BackupSource {
    /// See ``Store/BackupSource/backUp(to:progress:)``.
    @discardableResult
    public func backUp(
        to path: String, progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws(Problem) -> WrittenBackup {
        let reads = reads
        return try Self.backUp(databaseAt: files.path, to: path, progress: progress) {
            copy throws(Problem) in
            try reads.holding { () throws(Problem) in try copy() }
        }
    }

    /// The same beside the process that has the database open, or without one.
    @discardableResult
    public static func backUp(
        databaseAt source: String, to path: String,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws(Problem) -> WrittenBackup {
        try backUp(databaseAt: source, to: path, progress: progress) {
            copy throws(Problem) in try copy()
        }
    }

    /// - Parameter whileCopying: does what it is given, and what belongs around it.
    private static func backUp(
        databaseAt source: String, to path: String,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void,
        whileCopying: (() throws(Problem) -> DatabaseCopy.Found) throws(Problem) ->
            DatabaseCopy.Found
    ) throws(Problem) -> WrittenBackup {
        let folder = FileSystem.folder(of: path) ?? (path.hasPrefix("/") ? "/" : ".")
        guard let lock = try LockedFile.take(folder: folder) else {
            throw .backupRunning(in: folder)
        }
        defer { withExtendedLifetime(lock) {} }
        guard !FileSystem.exists(path) else { throw .backupExists(path) }
        let copy = try DatabaseCopy(
            draft: path + ".part", hint: SQLiteDialect().backupHint, CopyReporter(progress))
        defer { copy.remove() }
        let found = try whileCopying { () throws(Problem) in try copy.write(from: source) }
        try copy.check(found, isThorough: false, of: source)
        try copy.settle(at: path)
        return WrittenBackup(
            path: path, byteCount: FileSystem.byteCount(of: path) ?? 0, migrations: found.records)
    }
}
