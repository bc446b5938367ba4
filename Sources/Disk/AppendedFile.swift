public import Diagnostics
import Glibc

/// A file that is added to. It is closed when nobody holds it any more.
public final class AppendedFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the file at `path`, or makes one that its owner alone may read.
    ///
    /// - Throws: 58030; for a link too.
    public init(_ path: String) throws(Problem) {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe open(path, flags, 0o600)
        if descriptor < 0 { throw .file("write", path) }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Adds bytes, and waits until the disk has them.
    ///
    /// - Throws: 58030; a part of them may be there then.
    public func append(_ bytes: [UInt8]) throws(Problem) {
        guard writeAll(bytes, to: descriptor),
            uninterrupted({ fdatasync(descriptor) }) == 0
        else { throw .file("write", path) }
    }
}
