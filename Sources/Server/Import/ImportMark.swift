import Bytes
import Crypto
import Diagnostics
import Disk
import Glibc

/// How far the load of a file has come, in a file of the data directory that outlives the command
/// however it ends: written before rows are sent, so that only those are in doubt that were on
/// their way. Confined to the thread of the command.
final class ImportMark {
    /// What a mark says.
    struct State: Equatable {
        /// Rows of the file that need no more be looked at.
        var passed = 0
        /// Rows behind those that were sent: all of them are in, or none.
        var sending = 0
        /// Whether some behind ``passed`` are in, others not.
        var isPartial = false
        /// Whether all are in.
        var isDone = false
    }

    private let path: String
    /// Opened by the first that is written.
    private var descriptor: Int32 = -1
    /// What tells the file from others.
    private let subject: JSON
    private var state = State()

    /// - Parameters:
    ///   - folder: the data directory.
    ///   - file: the path of the file that is loaded.
    init(_ table: String, _ file: String, in folder: String) throws(Problem) {
        let file = FileSystem.resolved(file) ?? file
        let name = Array("\(table)\n\(file)".utf8)
        path = "\(folder)/import-\(String(FNV1a.hash(name), radix: 16)).mark"
        subject = [
            "table": .string(table), "file": .string(file),
            "bytes": .integer(Int64(FileSystem.byteCount(of: file) ?? 0)),
            "begins": .string(try Self.digest(ofBeginning: file)),
        ]
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func digest(ofBeginning file: String) throws(Problem) -> String {
        let digest = RunningDigest()
        if let piece = try RowsSource(file).next() { digest.add(piece[...]) }
        return Hex.encode(digest.finish())
    }

    /// What it says; nil where there is none.
    ///
    /// - Throws: `import_changed` where it is of another file that had this name.
    func read() throws(Problem) -> State? {
        guard let bytes = FileSystem.contents(of: path),
            let root = try? JSONDocument(parsing: bytes).root, let about = root["of"],
            let passed = root["passed"]?.int64, let sending = root["sending"]?.int64
        else { return nil }
        guard Array(about.raw) == subject.bytes else { throw .changed(subject) }
        return State(
            passed: Int(passed), sending: Int(sending),
            isPartial: root["partial"]?.bool ?? false, isDone: root["done"]?.bool ?? false)
    }

    /// Notes what need no more be looked at, and what is about to be sent.
    func note(passed: Int, sending: Int) throws(Problem) {
        if !state.isPartial { state = State(passed: passed, sending: sending) }
        try write()
    }

    /// Notes that a row is not in while others behind it will be: the mark stays in front of it.
    func stay(at passed: Int) throws(Problem) {
        if !state.isPartial { state = State(passed: passed, isPartial: true) }
        try write()
    }

    /// Notes that all rows are in.
    func finish() throws(Problem) {
        state.isDone = true
        try write()
    }

    /// Takes it away: the whole command is done.
    func remove() { FileSystem.remove(path) }

    private func write() throws(Problem) {
        let object: JSON = [
            "of": subject, "passed": .integer(Int64(state.passed)),
            "sending": .integer(Int64(state.sending)), "partial": .bool(state.isPartial),
            "done": .bool(state.isDone),
        ]
        if descriptor < 0 {
            descriptor = unsafe open(
                path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        // In one call, over what was there: blanks cover what that had more.
        var text = object.bytes
        text.append(contentsOf: repeatElement(ASCII.space, count: 24))
        let count = unsafe text.withUnsafeBytes {
            unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard count == text.count else { throw .file("write", path) }
    }
}

extension Problem {
    fileprivate static func changed(_ subject: JSON) -> Problem {
        let file = if case .string(let file)? = subject["file"] { file } else { "The file" }
        return Problem(
            code: "import_changed", status: 500,
            message: "\(file) is not the file any more whose load was ended.",
            hint: "Load it without --resume; --skip N passes over its first N rows.")
    }
}
