import Bytes
import Diagnostics
import Disk
import Glibc

/// The file in which rows stand that were refused: an object a line, with the line of the row in
/// its own file, the reason, and the row, so that it can be mended and loaded. Confined to the
/// thread of the command.
final class RejectedRows {
    private let path: String
    private let descriptor: Int32

    /// - Parameters:
    ///   - inputs: the files that are loaded; none of them may be it, under whatever name.
    ///   - goesOn: Whether what is there stays.
    /// - Throws: 58030 where it cannot be written.
    init(_ path: String, besides inputs: [String], goesOn: Bool) throws(Problem) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw .file("create", path) }
        // Of what is no file nothing is lost: /dev/null is both.
        guard FileSystem.byteCount(of: path) != nil else { return }
        for input in inputs where FileSystem.areSame(path, input == "-" ? "/dev/stdin" : input) {
            throw .file("write refused rows to", path, reason: "it is the file that is loaded")
        }
        if !goesOn, ftruncate(descriptor, 0) != 0 { throw .file("empty", path) }
    }

    deinit { close(descriptor) }

    /// Writes a row down.
    ///
    /// - Parameter row: the row as JSON; nil where it was in no form.
    func append(line: Int, _ problem: Problem, row: [UInt8]?) throws(Problem) {
        var text: [UInt8] = []
        text.append(ascii: "{\"line\":")
        text.append(decimal: line)
        text.append(ascii: ",\"code\":")
        text.append(jsonString: problem.code)
        text.append(ascii: ",\"message\":")
        text.append(jsonString: problem.message)
        text.append(ascii: ",\"row\":")
        // A row of a file may be written over several lines.
        if let row { text.append(jsonWithoutBlanks: row.span) } else { text.append(ascii: "null") }
        text.append(ascii: "}\n")
        try FileSystem.write(text, to: descriptor, called: path)
    }
}
