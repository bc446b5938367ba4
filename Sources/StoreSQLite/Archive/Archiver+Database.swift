import Diagnostics
import Disk
import SQLite

// The copies of the database, which restorations begin with.

extension Archiver {
    /// Copies the database as it is now, or as it was when the chain began.
    func copyDatabase() throws(Problem) {
        guard let chain, try pinArchived(), let pinned else { return }
        defer { unpin() }
        let configuration = archive.configuration
        // It may be long until the next attempt: each one reads all of the database.
        baseDue = moment(after: min(DatabaseLimits.archiveBaseRetry, configuration.baseInterval))
        archive.noteCopying(true)
        defer { archive.noteCopying(false) }
        try folder.drop(before: configuration.clock() - configuration.keep.components.seconds)
        guard try write(chain.draft) else { return }
        let sum = try ArchiveChain.sum(of: chain.draft)
        let target = chain.basePath(pinned.index, pinned.second, sum)
        try FileSystem.put(chain.draft, at: target)
        baseDue = moment(after: configuration.baseInterval)
        archive.countCopy()
        configuration.report(
            .copied(path: target, bytes: FileSystem.byteCount(of: target) ?? 0))
    }

    /// Writes what the snapshot has, and archives the log meanwhile.
    ///
    /// - Returns: false where the server was stopped first, or the chain given up.
    private func write(_ draft: String) throws(Problem) -> Bool {
        func clear() { FileSystem.remove(draft, draft + "-wal", draft + "-shm") }
        clear()
        guard try FileSystem.makeFile(draft), let source else { throw .file("create", draft) }
        var problem: Problem?
        do throws(SQLiteError) {
            let target = try Opening.whole(path: draft)
            // Nothing of it is worth anything before it is whole.
            try target.execute("PRAGMA synchronous = OFF")
            try target.execute("PRAGMA journal_mode = MEMORY")
            let pageBytes = Int(try source.integer("PRAGMA page_size"))
            var synchronised = 0
            var due = moment(after: archive.configuration.interval)
            try source.copyPages(to: target, atATime: DatabaseLimits.backupPages) { done, _ in
                if isUnwanted { return false }
                // Were the disk to take all of them at the end, whoever commits would wait for it.
                if (done - synchronised) * pageBytes >= DatabaseLimits.backupSynchronisedBytes {
                    synchronised = done
                    if !target.synchroniseFile() { problem = .file("write", draft) }
                }
                if problem == nil, monotonicNanoseconds() >= due {
                    due = moment(after: archive.configuration.interval)
                    do throws(Problem) { try copyLog() } catch { problem = error }
                    archive.endPass()
                }
                return problem == nil
            }
        } catch {
            clear()
            if let problem { throw problem }
            if isUnwanted { return false }
            throw .file("write", draft, reason: error.message)
        }
        return true
    }

    private var isUnwanted: Bool { archive.isOver || !archive.hasChain }
}

extension ArchiveChain {
    /// The checksum of the bytes of a copy of the database.
    static func sum(of path: String) throws(Problem) -> UInt64 {
        let range = FileRange(try OpenFile(path))
        var sum = LogSum()
        var position = 0
        while position < range.byteCount {
            let end = min(range.byteCount, position + 1 << 20)
            let bytes = try range.bytes(position..<end, called: path)
            sum.add(bytes[...], isBigEndian: false)
            position = end
        }
        return sum.number
    }
}
