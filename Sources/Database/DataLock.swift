import Bytes
import Diagnostics
import Glibc

/// The lock on a data directory: a file with the server's process number, locked while the server
/// lives.
///
/// The kernel drops the lock with the process, so a crash leaves nothing to clean up.
final class DataLock: Sendable {
    private let descriptor: Int32

    /// Locks the directory of the database at `path`.
    ///
    /// - Throws: 55006 when another process holds it, 58030 when the lock file cannot be made.
    init(databaseAt path: String) throws(Problem) {
        let lockPath = path + ".lock"
        let descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw Problem(
                code: "58030", status: 503,
                message: "Cannot open the lock file \(lockPath): \(reason).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.contents(of: descriptor)
            close(descriptor)
            throw Problem(
                code: "55006", status: 503,
                message:
                    "Another Apus server\(holder.isEmpty ? "" : " (process \(holder))") is using "
                    + "the database \(path).",
                hint: "Stop it first, or choose another data directory with --data.")
        }
        self.descriptor = descriptor
        let line = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        unsafe _ = line.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        // A process that is forked at this moment holds the descriptor until it executes another
        // program: closing ours alone would leave the lock to it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func contents(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        return String(utf8: Array(buffer.prefix(max(0, count)).prefix(while: ASCII.isDigit)))
    }
}
