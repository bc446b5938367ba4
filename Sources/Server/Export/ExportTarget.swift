import Bytes
import Diagnostics
import Disk
import Glibc

/// Where exported rows go: standard output, or a file that has its name once it is whole: until
/// then it is a draft beside that, and nothing is left of it when this ends before.
/// Used by one thread at a time.
final class ExportTarget {
    private let path: String?
    private let draft: String?
    private let descriptor: Int32
    private var isWhole = false
    /// What is to be written, which whoever fills it has written now and then.
    var buffer: [UInt8] = []

    private static let bufferBytes = 1 << 18

    /// - Parameter path: The file; nil for standard output. One that is there is replaced.
    /// - Throws: 58030 where it cannot be made.
    init(_ path: String?) throws(Problem) {
        self.path = path
        guard let path else {
            (descriptor, draft) = (dup(1), nil)
            return
        }
        if FileSystem.isFolder(path) == true {
            throw .file("replace", path, reason: "it is a folder")
        }
        let draft = Self.draft(of: path)
        self.draft = draft
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        descriptor = unsafe open(draft, flags, 0o600)
        if descriptor < 0 { throw .file("create", draft) }
    }

    deinit {
        close(descriptor)
        if let draft, descriptor >= 0, !isWhole { FileSystem.remove(draft) }
    }

    /// What is to have a name is called something until then that nothing is: what is removed
    /// where that fails has to be ours.
    static func draft(of path: String) -> String {
        var random = SystemRandomNumberGenerator()
        return path + ".part-" + String(random.next() as UInt64, radix: 16)
    }

    /// Writes what is there, if it is much.
    ///
    /// - Returns: whether it was.
    func writeIfFull() throws(Problem) -> Bool {
        guard buffer.count >= Self.bufferBytes else { return false }
        try write()
        return true
    }

    private func write() throws(Problem) {
        try FileSystem.write(buffer, to: descriptor, called: path ?? "standard output")
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes the rest, and gives the file its name.
    func finish() throws(Problem) {
        try write()
        if let path, let draft { try FileSystem.put(draft, at: path) }
        isWhole = true
    }
}
