import Bytes
import Crypto
import Diagnostics
import Disk
import Glibc
import Store
import StorePostgres

/// A backup of a PostgreSQL database: a folder with a file of rows for each table, in the text form
/// of COPY, and a manifest.
struct PostgresBackup {
    let path: String
    let manifest: PostgresManifest

    /// Tells how far something has come; what it throws ends that.
    typealias Progress = @Sendable (BackupProgress) throws(Problem) -> Void

    /// The backup in a folder, of which no file but the manifest is read yet.
    init(at path: String) throws(Problem) {
        let file = "\(path)/\(PostgresManifest.fileName)"
        guard let bytes = FileSystem.contents(of: file) else { throw .file("read", file) }
        guard let manifest = PostgresManifest(parsing: bytes) else {
            throw .unfit(path, "its manifest is not one of ours")
        }
        self.path = path
        self.manifest = manifest
    }

    /// The bytes of all rows.
    var byteCount: Int { manifest.entries.reduce(0) { $0 + $1.byteCount } }

    /// Looks whether all files are what was written.
    func check(_ progress: Progress) throws(Problem) {
        for entry in manifest.entries {
            let digest = RunningDigest()
            var count = 0
            let source = try RowsSource("\(path)/\(entry.file)")
            while let piece = source.next() {
                try progress(.checking)
                digest.add(piece[...])
                count += piece.count
            }
            if let problem = source.problem { throw problem }
            guard count == entry.byteCount, Hex.encode(digest.finish()) == entry.digest else {
                throw .unfit(path, "the file \(entry.file) is not what was written")
            }
        }
    }

    // MARK: Writing

    /// Writes a backup of a database: see ``Store/BackupSource/backUp(to:progress:)``.
    static func write(
        _ database: PostgresMigrations, to path: String, progress: @escaping Progress
    ) throws(Problem) -> WrittenBackup {
        let folder = FileSystem.folder(of: path) ?? (path.hasPrefix("/") ? "/" : ".")
        guard let lock = try LockedFile.take(folder: folder) else {
            throw .backupRunning(in: folder)
        }
        defer { withExtendedLifetime(lock) {} }
        guard !FileSystem.exists(path) else { throw .backupExists(path) }
        let draft = path + ".part"
        FileSystem.removeFolder(draft)
        try FileSystem.makeFolder(draft)
        defer { FileSystem.removeFolder(draft) }
        let manifest = try database.copyingOut { copies throws(Problem) in
            try write(copies, into: draft, progress)
        }
        let file = "\(draft)/\(PostgresManifest.fileName)"
        guard try FileSystem.makeFile(file, manifest.bytes) else { throw .file("create", file) }
        try PostgresBackup(at: draft).check(progress)
        try FileSystem.put(draft, at: path)
        return WrittenBackup(
            path: path, byteCount: BackupFolder.byteCount(of: path, .folder),
            migrations: manifest.records)
    }

    /// Writes the files of all tables.
    private static func write(
        _ copies: PostgresCopies, into folder: String, _ progress: @escaping Progress
    ) throws(Problem) -> PostgresManifest {
        var manifest = PostgresManifest()
        manifest.epoch = try copies.epoch()
        manifest.facts = try copies.facts()
        manifest.records = try copies.records()
        manifest.sequences = try copies.sequences()
        let total = try copies.byteCount()
        var done = 0
        for (number, table) in try copies.tables().enumerated() {
            let name = "\(number + 1).copy"
            let before = done
            let target = try RowsTarget("\(folder)/\(name)") { count throws(Problem) in
                try progress(.copying(bytes: before + count, of: max(total, before + count)))
            }
            let rows: Int
            do throws(Problem) {
                rows = try copies.copyOut(table) { target.take($0) }
            } catch {
                throw target.problem ?? error
            }
            let digest = try target.finish()
            done += target.byteCount
            manifest.entries.append(
                PostgresManifest.Entry(
                    table: table, file: name, rows: rows, byteCount: target.byteCount,
                    digest: digest))
        }
        return manifest
    }
}

/// A file that rows are written to. Used by one thread at a time.
private final class RowsTarget {
    private let path: String
    private let descriptor: Int32
    private let progress: (Int) throws(Problem) -> Void
    private let digest = RunningDigest()
    private var buffer: [UInt8] = []
    private var synchronised = 0
    private(set) var byteCount = 0
    /// Why it takes no more.
    private(set) var problem: Problem?

    private static let bufferBytes = 1 << 20
    /// Bytes that are written before the disk has to have them: were it to take all of them at the
    /// end, others would wait for it.
    private static let synchronisedBytes = 8 << 20

    init(_ path: String, _ progress: @escaping (Int) throws(Problem) -> Void) throws(Problem) {
        self.path = path
        self.progress = progress
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw .file("create", path) }
    }

    deinit { close(descriptor) }

    /// Takes a piece; whether more is wanted.
    func take(_ piece: Span<UInt8>) -> Bool {
        buffer.append(span: piece)
        return buffer.count < Self.bufferBytes || write()
    }

    private func write() -> Bool {
        do throws(Problem) {
            guard writeAll(buffer, to: descriptor) else { throw .file("write", path) }
            digest.add(buffer[...])
            byteCount += buffer.count
            buffer.removeAll(keepingCapacity: true)
            if byteCount - synchronised >= Self.synchronisedBytes { try synchronise() }
            try progress(byteCount)
            return true
        } catch {
            problem = error
            return false
        }
    }

    private func synchronise() throws(Problem) {
        guard fsync(descriptor) == 0 else { throw .file("write", path) }
        synchronised = byteCount
    }

    /// Writes the rest, and waits for the disk.
    ///
    /// - Returns: the digest of all.
    func finish() throws(Problem) -> String {
        if !write(), let problem { throw problem }
        try synchronise()
        return Hex.encode(digest.finish())
    }
}

/// A file that rows are read from, piece by piece. Used by one thread at a time.
final class RowsSource {
    private let path: String
    private let range: FileRange
    private var position = 0
    /// Why there is no more, if that is not for the file's end.
    private(set) var problem: Problem?

    private static let pieceBytes = 1 << 16

    init(_ path: String) throws(Problem) {
        self.path = path
        range = FileRange(try OpenFile(path))
    }

    /// The next piece; nil at the end.
    func next() -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        let count = unsafe piece.withUnsafeMutableBytes {
            unsafe range.read(from: position, into: $0)
        }
        if count < 0 { problem = .file("read", path) }
        guard count > 0 else { return nil }
        position += count
        piece.removeLast(piece.count - count)
        return piece
    }
}

extension Problem {
    /// A backup that is not what it should be, or not for this database.
    static func unfit(_ path: String, _ reason: String, hint: String? = nil) -> Problem {
        Problem(
            code: "backup_unfit", status: 500,
            message: "\(path) cannot be restored: \(reason).", hint: hint)
    }
}
