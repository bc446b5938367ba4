import Bytes
import Diagnostics
import Disk
import Glibc

/// The file in which rows stand that were refused, in the form of the file that they come from: so
/// that it can be mended and loaded. Why they were is told by ``RejectionReasons``. Confined to the
/// thread of the command.
final class RejectedRows {
    private let source: String
    private let file: AppendedFile
    private let reasons: RejectionReasons

    /// - Parameters:
    ///   - source: the file that the rows come from.
    ///   - head: what stands before rows of its form.
    ///   - inputs: the files that are loaded; none of them may be it, under whatever name.
    ///   - goesOn: Whether what is there stays.
    /// - Throws: 58030 where it cannot be written.
    init(
        _ path: String, of source: String, head: [UInt8]?, besides inputs: [String], goesOn: Bool,
        reasons: RejectionReasons
    ) throws(Problem) {
        self.source = source
        self.reasons = reasons
        file = try AppendedFile(path, besides: inputs, goesOn: goesOn)
        if let head, file.isEmpty { try file.append(head) }
    }

    /// Writes a row down, and why it was refused.
    ///
    /// - Parameter row: the row as a line of its form; nil where it has none.
    func append(line: Int, _ problem: Problem, row: [UInt8]?) throws(Problem) {
        try reasons.append(source, line: line, problem)
        if let row { try file.append(row) }
    }
}

/// The file that tells why rows were refused, an object a line: the file and line of the row, the
/// code and the message. Confined to the thread of the command.
final class RejectionReasons {
    private let file: AppendedFile?

    /// The file beside that, or the folder, of the rows themselves.
    static func path(beside rows: String) -> String {
        (rows.hasSuffix("/") && rows.count > 1 ? String(rows.dropLast()) : rows) + ".errors"
    }

    /// - Parameter rows: the file or folder of the rows; where it is neither, such as a pipe, no
    ///   reasons are kept.
    /// - Throws: 58030 where it cannot be written.
    init(beside rows: String, besides inputs: [String], goesOn: Bool) throws(Problem) {
        try AppendedFile.require(rows, otherThan: inputs)
        let isOther =
            FileSystem.exists(rows) && FileSystem.byteCount(of: rows) == nil
            && FileSystem.isFolder(rows) != true
        file =
            isOther
            ? nil : try AppendedFile(Self.path(beside: rows), besides: inputs, goesOn: goesOn)
    }

    func append(_ source: String, line: Int, _ problem: Problem) throws(Problem) {
        guard let file else { return }
        let object: JSON = [
            "file": .string(source), "line": .integer(Int64(line)), "code": .string(problem.code),
            "message": .string(problem.message),
        ]
        try file.append(object.bytes)
    }
}

/// A file that lines are written behind.
private final class AppendedFile {
    private let path: String
    private let descriptor: Int32

    /// - Throws: 58030 where it cannot be written, or is one of those that are loaded.
    init(_ path: String, besides inputs: [String], goesOn: Bool) throws(Problem) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw .file("create", path) }
        // Of what is no file nothing is lost: /dev/null is both.
        guard FileSystem.byteCount(of: path) != nil else { return }
        try Self.require(path, otherThan: inputs)
        if !goesOn, ftruncate(descriptor, 0) != 0 { throw .file("empty", path) }
    }

    deinit { close(descriptor) }

    /// Refuses a file that is loaded, under whatever name.
    static func require(_ path: String, otherThan inputs: [String]) throws(Problem) {
        guard FileSystem.byteCount(of: path) != nil else { return }
        for input in inputs where FileSystem.areSame(path, input == "-" ? "/dev/stdin" : input) {
            throw .file("write refused rows to", path, reason: "it is the file that is loaded")
        }
    }

    var isEmpty: Bool { FileSystem.byteCount(of: path) ?? 0 == 0 }

    /// Appends a line.
    func append(_ line: [UInt8]) throws(Problem) {
        try FileSystem.write(line + [ASCII.lf], to: descriptor, called: path)
    }
}
