import Bytes
public import Diagnostics
import Glibc

/// A file that this process has locked. The lock ends with the object, and with the process.
public final class LockedFile: Sendable {
    /// What came of asking for a lock.
    public enum Outcome: Sendable {
        /// The lock is ours.
        case taken(LockedFile)
        /// Another holds it: the number of the process, in digits, if it has written one.
        case held(by: String)
        /// There is no file.
        case missing
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        // A process that is forked at this moment holds the descriptor until it executes another
        // program: closing ours alone would leave the lock to it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Opens and locks the file at `path`.
    ///
    /// - Throws: 58030 when it cannot be opened.
    public static func take(_ path: String, making: Bool = false) throws(Problem) -> Outcome {
        let flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (making ? O_CREAT : 0)
        let descriptor = unsafe open(path, flags, 0o600)
        if descriptor < 0 {
            if errno == ENOENT, !making { return .missing }
            throw .file("lock", path)
        }
        let file = LockedFile(descriptor)
        let isOurs = uninterrupted { flock(descriptor, LOCK_EX | LOCK_NB) } == 0
        return isOurs ? .taken(file) : .held(by: file.process)
    }

    /// Locks a folder against others who do: what they make in it comes one after the other.
    ///
    /// - Returns: nil when somebody else has it locked.
    /// - Throws: 58030 when it cannot be opened.
    public static func take(folder: String) throws(Problem) -> LockedFile? {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file("use", folder) }
        let file = LockedFile(descriptor)
        let isTheirs =
            uninterrupted { flock(descriptor, LOCK_EX | LOCK_NB) } != 0 && errno == EWOULDBLOCK
        // A file system that knows no locks is nobody's fault, and rarely shared.
        return isTheirs ? nil : file
    }

    /// Tells others which process holds the lock, and what else they may want to know of it.
    public func write(process: Int32, _ notes: String...) {
        let line = Array((["\(process)"] + notes).map { $0 + "\n" }.joined().utf8)
        unsafe _ = line.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        // Rarely needed, and dear: file systems write a file out at once that was cut to nothing.
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_size > line.count {
            ftruncate(descriptor, line.count)
        }
    }

    private var process: String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        return String(utf8: Array(buffer.prefix(max(0, count)).prefix(while: ASCII.isDigit)))
    }
}
