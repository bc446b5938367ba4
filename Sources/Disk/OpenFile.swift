public import Diagnostics
import Glibc

/// A file that is open for reading. It is closed when nobody holds it any more.
public final class OpenFile: Sendable {
    /// For calls of the system while the object is held.
    public let descriptor: Int32
    /// Its length in bytes when it was opened.
    public let byteCount: Int

    /// Opens the file at `path`.
    ///
    /// - Throws: 58030 when it cannot be opened, or is no regular file.
    public init(_ path: String) throws(Problem) {
        // Opening a pipe would wait for who writes to it.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw .file("read", path) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .file("read", path, reason: "It is no regular file")
        }
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }
}
