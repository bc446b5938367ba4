import Diagnostics
import Glibc
import Server

/// What the commands print: results on standard output, complaints on standard error.
enum Terminal {
    /// Where somebody can be asked: standard input, if a person types it and sees what is printed.
    static var asked: Int32? { isatty(0) == 1 && isatty(2) == 1 ? 0 : nil }

    /// Prints text as it is, at once even when standard output is a pipe.
    static func print(_ text: String) { write(text, to: 1) }

    /// Prints a line of complaint.
    static func error(_ message: String) { write("apus: \(message)\n", to: 2) }

    /// Prints how far work has come, which is no result.
    static func progress(_ text: String) { write(text, to: 2) }

    /// Prints what went wrong: every fault of a file on a line of its own, then what they come to.
    static func report(_ report: FaultReport) {
        for fact in report.facts { write("\(fact)\n", to: 2) }
        Terminal.error(report.message)
        if let hint = report.hint { Terminal.error(hint) }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        _ = writeAll(Array(text.utf8), to: descriptor)
    }
}
