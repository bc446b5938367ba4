import Bytes
import Diagnostics
import Disk
import Glibc

/// Where exported rows go: standard output, or a file that has its name once it is whole: until
/// then it is called `.part` behind that, and nothing is left of it when this ends before.
/// Used by one thread at a time.
final class ExportTarget {
    private let path: String?
    private let descriptor: Int32
    /// Held so that nobody else writes the same file.
    private let lock: LockedFile?
    private var isWhole = false
    /// What is to be written, which whoever fills it has written now and then.
    var buffer: [UInt8] = []

    private static let bufferBytes = 1 << 18

    /// - Parameter path: The file; nil for standard output. One that is there is replaced.
    /// - Throws: 58030 where it cannot be made, `export_running` where another is writing it.
    init(_ path: String?) throws(Problem) {
        self.path = path
        guard let path else {
            (descriptor, lock) = (dup(1), nil)
            return
        }
        if FileSystem.isFolder(path) == true {
            throw .file("replace", path, reason: "it is a folder")
        }
        let draft = Self.draft(of: path)
        guard case .taken(let lock) = try LockedFile.take(draft, making: true) else {
            throw .exportRunning(to: path)
        }
        self.lock = lock
        descriptor = unsafe open(draft, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC)
        if descriptor < 0 { throw .file("create", draft) }
    }

    deinit {
        close(descriptor)
        if let path, !isWhole { FileSystem.remove(Self.draft(of: path)) }
    }

    private static func draft(of path: String) -> String { path + ".part" }

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
        if let path { try FileSystem.put(Self.draft(of: path), at: path) }
        isWhole = true
    }
}

extension Problem {
    fileprivate static func exportRunning(to path: String) -> Problem {
        Problem(
            code: "export_running", status: 500, message: "Another export is writing \(path).",
            hint: "Wait for its end, or name another file.")
    }
}
