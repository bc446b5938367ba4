public import Diagnostics
import Disk
public import Store

/// What an archive can be restored to.
public struct ArchiveSpan: Hashable, Sendable {
    /// The first second, since 1970.
    public let first: Int64
    /// The last that is known to be whole; nil where none is, and its end alone can be restored.
    public let last: Int64?
    /// Where it is.
    public let path: String
    /// Its files.
    public let files: Int
    /// Their bytes.
    public let byteCount: Int
    /// What is damaged: nothing that comes after that can be restored.
    public let problem: String?
}

extension SQLiteDatabase {
    /// What the archive in a folder can be restored to, the oldest first.
    ///
    /// - Throws: 58030 where it cannot be read.
    public static func archiveSpans(in folder: String) throws(Problem) -> [ArchiveSpan] {
        try ArchiveFolder(path: folder).chains().compactMap(\.span)
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
    fileprivate var span: ArchiveSpan? {
        do throws(Problem) {
            guard let base = try bases().first else { return nil }
            return try span(from: base)
        } catch {
            return ArchiveSpan(
                first: begin + 1, last: nil, path: path, files: 0, byteCount: 0,
                problem: error.message)
        }
    }

    private func span(from base: Base) throws(Problem) -> ArchiveSpan {
        let bases = try bases()
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
            do throws(Problem) {
                last = max(last, try end() ?? 0)
            } catch {
                problem = error.message
            }
        }
        return ArchiveSpan(
            first: base.second + 1, last: last > base.second ? last : nil, path: path,
            files: paths.count,
            byteCount: paths.reduce(0) { $0 + (FileSystem.byteCount(of: $1) ?? 0) },
            problem: problem)
    }
}
