import Diagnostics
import Glibc
import Synchronization

/// The file of a database, its directory, and the lock on it.
final class DatabaseFiles: Sendable {
    let path: String
    private let temporaryDirectory: String?
    private let lock: Mutex<DataLock?>

    init(_ location: DatabaseConfiguration.Location) throws(Problem) {
        switch location {
        case .file(let path):
            self.path = path
            temporaryDirectory = nil
            try Self.makeDirectory(of: path)
        case .temporary:
            let directory = try Self.makeTemporaryDirectory()
            temporaryDirectory = directory
            path = directory + "/apus.db"
        }
        lock = Mutex(try DataLock(databaseAt: path))
        try Self.makeFile(path)
    }

    /// Whether the lock is held: from the opening until `close`.
    var areLocked: Bool { lock.withLock { $0 != nil } }

    /// Gives up the lock and removes a temporary database.
    func close() {
        lock.withLock { $0 = nil }
        guard let directory = temporaryDirectory else { return }
        for suffix in ["", "-wal", "-shm", "-journal"] { unsafe _ = unlink(path + suffix) }
        unsafe _ = unlink(DataLock.path(besides: path))
        unsafe _ = rmdir(directory)
    }

    /// Makes the directory that the file is to stand in, readable by its owner only.
    private static func makeDirectory(of path: String) throws(Problem) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let directory = String(path[..<slash])
        if unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST { return }
        let reason = systemMessage(errno)
        throw Problem(
            code: "58P01", status: 503,
            message: "Cannot make the data directory \(directory): \(reason).")
    }

    /// Makes an empty database, readable by its owner only: SQLite would make it for everybody, and
    /// gives its journals the mode that the database has.
    private static func makeFile(_ path: String) throws(Problem) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe open(path, flags, 0o600)
        if descriptor >= 0 {
            Glibc.close(descriptor)
        } else if errno != EEXIST {
            let reason = systemMessage(errno)
            throw Problem(
                code: "58030", status: 503, message: "Cannot create \(path): \(reason).",
                hint: "Check the path, its permissions and the free space of the disk.")
        }
    }

    private static func makeTemporaryDirectory() throws(Problem) -> String {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array((base + "/apus-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            let reason = systemMessage(errno)
            throw Problem(
                code: "58P01", status: 503,
                message: "Cannot make a temporary directory in \(base): \(reason).")
        }
        return String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
