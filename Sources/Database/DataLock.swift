import Bytes
import Diagnostics
import Glibc

/// The lock on a data directory: a file with the server's process number, locked while the server
/// lives.
///
/// The kernel drops the lock with the process, so a crash leaves nothing to clean up. The file is
/// not called after the database, as it once was: whoever removes `apus.db*` must not let a second
/// server in.
final class DataLock: Sendable {
    private let lock: LockedFile
    /// The lock by its former name, if it was there. It is held to the end: a server that knows no
    /// other may have opened it before it was removed.
    private let former: LockedFile?

    /// Locks the directory of the database at `path`, and removes the lock of the former name.
    ///
    /// - Throws: 55006 when another process holds either, 58030 when the lock file cannot be made.
    init(databaseAt path: String) throws(Problem) {
        guard let lock = try LockedFile.take(Self.path(besides: path), O_CREAT, for: path) else {
            throw LockedFile.failure(Self.path(besides: path))
        }
        let formerPath = path + ".lock"
        former = try LockedFile.take(formerPath, for: path)
        if former != nil { unsafe _ = unlink(formerPath) }
        lock.write(process: getpid())
        self.lock = lock
    }

    /// Throws 55006 when another process holds the lock of the database at `path`. Makes nothing.
    static func requireFree(_ path: String) throws(Problem) {
        for name in [Self.path(besides: path), path + ".lock"] {
            _ = try LockedFile.take(name, for: path)
        }
    }

    /// The lock file of the directory that the database at `path` stands in.
    static func path(besides path: String) -> String {
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        return directory + "lock"
    }
}

/// A file that this process has locked. The lock ends with the object.
private final class LockedFile: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        // A process that is forked at this moment holds the descriptor until it executes another
        // program: closing ours alone would leave the lock to it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Opens and locks the file at `path`; nil when there is none.
    ///
    /// - Parameter flags: `O_CREAT` to make it.
    static func take(
        _ path: String, _ flags: Int32 = 0, for database: String
    ) throws(Problem) -> LockedFile? {
        let descriptor = unsafe open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0o600)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw failure(path)
        }
        let file = LockedFile(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw .databaseInUse(database, by: file.process)
        }
        return file
    }

    /// Why the file cannot be opened, by `errno`.
    static func failure(_ path: String) -> Problem {
        let reason = unsafe String(cString: strerror(errno))
        return Problem(
            code: "58030", status: 503, message: "Cannot open the lock file \(path): \(reason).")
    }

    func write(process: pid_t) {
        let line = Array("\(process)\n".utf8)
        ftruncate(descriptor, 0)
        unsafe _ = line.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// The number that the holder has written, in digits; empty if there is none.
    private var process: String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        return String(utf8: Array(buffer.prefix(max(0, count)).prefix(while: ASCII.isDigit)))
    }
}

extension Problem {
    fileprivate static func databaseInUse(_ path: String, by process: String) -> Problem {
        Problem(
            code: "55006", status: 503,
            message:
                "Another Apus server\(process.isEmpty ? "" : " (process \(process))") is using "
                + "the database \(path).",
            hint: "Stop it first, or choose another data directory with --data.")
    }
}
