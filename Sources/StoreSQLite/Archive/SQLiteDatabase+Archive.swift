public import Diagnostics
import Disk
public import Store

/// What an archive can be restored to.
public struct ArchiveSpan: Hashable, Sendable {
    /// The first second, since 1970.
    public let first: Int64
    /// The last that is known.
    public let last: Int64
    /// Where it is.
    public let path: String
    /// Its files.
    public let files: Int
    /// Their bytes.
    public let byteCount: Int
    /// Why no more of it can be restored, if something is damaged.
    public let problem: String?
}

extension SQLiteDatabase {
    /// What the archive in a folder can be restored to, the oldest first.
    ///
    /// - Throws: 58030 where it cannot be read.
    public static func archiveSpans(in folder: String) throws(Problem) -> [ArchiveSpan] {
        var spans: [ArchiveSpan] = []
        let chains = try ArchiveFolder(path: folder).chains()
        for (place, chain) in chains.enumerated() {
            let isNewest = place == chains.count - 1
            if let span = try chain.span(isNewest: isNewest) { spans.append(span) }
        }
        return spans
    }

    /// Restores the database at `path` from an archive, as it was when a second began: see
    /// ``restore(from:to:stamp:replaces:progress:)``, which it is checked and placed as.
    ///
    /// - Parameter moment: the second, since 1970; nil for the last transaction.
    /// - Returns: also the second of the last transaction in it.
    /// - Throws: besides, `not_archived` and `archive_damaged`.
    public static func restore(
        fromArchive folder: String, at moment: Int64?, to path: String, stamp: String,
        replaces: Bool, progress: @escaping (BackupProgress) throws(Problem) -> Void
    ) throws(Problem) -> (database: RestoredDatabase, second: Int64) {
        let reporter = CopyReporter(progress)
        let restoration = ArchiveRestoration(folder, at: moment, reporter)
        let plan = try restoration.plan()
        if let folder = FileSystem.folder(of: path) { try FileSystem.makeFolder(folder) }
        let draft = path + ".archived"
        func clear() { FileSystem.remove(draft, draft + "-wal", draft + "-shm") }
        let second: Int64
        do throws(Problem) {
            let lock = try DataLock(databaseAt: path)
            defer { withExtendedLifetime(lock) {} }
            guard replaces || (FileSystem.byteCount(of: path) ?? 0) == 0 else {
                throw .databaseExists(path)
            }
            clear()
            second = try restoration.build(plan, at: draft)
        } catch {
            // While another has the lock, the draft may be its.
            if error.code != "55006" { clear() }
            throw error
        }
        defer { clear() }
        let restored = try restore(
            from: draft, to: path, stamp: stamp, replaces: replaces, progress: progress)
        return (
            RestoredDatabase(
                backup: WrittenBackup(
                    path: plan.base.path, byteCount: restored.backup.byteCount,
                    migrations: restored.backup.migrations),
                kept: restored.kept, epoch: restored.epoch,
                beginsHistory: restored.beginsHistory), second
        )
    }
}

extension ArchiveChain {
    /// What it can be restored to; nil where it has no copy to begin with.
    fileprivate func span(isNewest: Bool) throws(Problem) -> ArchiveSpan? {
        let bases = try bases()
        guard let base = bases.first else { return nil }
        var (last, problem) = (base.second, String?.none)
        var paths = bases.map(\.path)
        var expected = base.index + 1
        for index in try segments() where index > base.index {
            paths.append(segmentPath(index))
            guard problem == nil else { continue }
            do throws(Problem) {
                if index != expected {
                    throw .archiveDamaged(segmentPath(expected), "it is missing")
                }
                last = try segment(index).second
                expected += 1
            } catch {
                problem = error.message
            }
        }
        if problem == nil {
            // All of its last second is there, if nothing else can have been written in it.
            last = max(isNewest ? last + 1 : last, try end() ?? 0)
        }
        return ArchiveSpan(
            first: base.second + 1, last: max(last, base.second + 1), path: path,
            files: paths.count,
            byteCount: paths.reduce(0) { $0 + (FileSystem.byteCount(of: $1) ?? 0) },
            problem: problem)
    }
}
