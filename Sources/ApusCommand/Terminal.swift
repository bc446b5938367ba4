import Diagnostics
import Glibc
import Schema

/// What the commands print: results on standard output, complaints on standard error.
enum Terminal {
    /// The process's environment, as it was when it was first asked for.
    static let environment: [String: String] = {
        var found: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text).split(separator: "=", maxSplits: 1)
            if pair.count == 2 { found[String(pair[0])] = String(pair[1]) }
            unsafe entry += 1
        }
        return found
    }()

    /// Prints text as it is, at once even when standard output is a pipe.
    static func print(_ text: String) { write(text, to: 1) }

    /// Prints a line of complaint.
    static func error(_ message: String) { write("apus: \(message)\n", to: 2) }

    /// Prints what went wrong: every fault of the schema files on a line of its own.
    static func report(_ error: any Error) {
        switch error {
        case let failure as SchemaFailure:
            for diagnostic in failure.diagnostics { write("\(diagnostic)\n", to: 2) }
            Terminal.error("\(counted(failure.diagnostics.count, "fault")) in the schema files")
        case let problem as Problem:
            Terminal.error(problem.message)
            if case .text(let details)? = problem.details {
                for line in details.split(separator: "\n") { write("  \(line)\n", to: 2) }
            }
            if let hint = problem.hint { Terminal.error(hint) }
        default: Terminal.error("\(error)")
        }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        _ = writeAll(Array(text.utf8), to: descriptor)
    }
}
