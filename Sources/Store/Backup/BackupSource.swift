public import Diagnostics

/// A database of which a copy can be written while it is in use.
public protocol BackupSource: Sendable {
    /// Writes a whole copy of the database, as it is at one moment of the call, while others read
    /// and write. To be called before something that cannot be undone, and again and again by
    /// whoever keeps backups. Blocks; never to be called on a loop, nor within a transaction.
    ///
    /// The copy is at `path` when this returns, checked and on the disk. Until then it is beside
    /// it, under the same name with `.part` behind it; what an earlier call has left there that was
    /// killed is removed.
    ///
    /// - Parameters:
    ///   - path: Where nothing is yet, in a folder that is there.
    ///   - progress: told now and then how far it has come. What it throws ends the copy.
    /// - Throws: what `progress` throws; 58030 when the copy cannot be read or written, 55006 when
    ///   another backup is being written into the folder, `backup_unsound` when the database is
    ///   damaged. Nothing is left of the copy then.
    @discardableResult
    func backUp(
        to path: String, progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws(Problem) -> WrittenBackup
}

/// How far a backup has come.
public enum BackupProgress: Hashable, Sendable {
    /// So many bytes of all have been copied.
    case copying(bytes: Int, of: Int)
    /// All have been, and the copy is being checked.
    case checking
}

/// A backup that has been written, or one that a database was restored from.
public struct WrittenBackup: Hashable, Sendable {
    /// Where it is.
    public let path: String
    /// How many bytes it has.
    public let byteCount: Int
    /// The migration files that its database has applied, oldest first.
    public let migrations: [MigrationRecord]

    /// What was written.
    public init(path: String, byteCount: Int, migrations: [MigrationRecord]) {
        self.path = path
        self.byteCount = byteCount
        self.migrations = migrations
    }
}

/// What a restoration has done.
public struct RestoredDatabase: Sendable {
    /// What the database was restored from.
    public let backup: WrittenBackup
    /// Where what was there before is kept; nil where nothing was.
    public let kept: String?
    /// What names its history of changes: never that of the backup.
    public let epoch: String
    /// Whether that history begins here, so that no cursor of the database that was there holds
    /// either.
    public let beginsHistory: Bool

    /// What was done.
    public init(backup: WrittenBackup, kept: String?, epoch: String, beginsHistory: Bool) {
        self.backup = backup
        self.kept = kept
        self.epoch = epoch
        self.beginsHistory = beginsHistory
    }
}
