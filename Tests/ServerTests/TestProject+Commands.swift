import Foundation
import ServerTestSupport

extension TestProject {
    /// What a command on the project prints, and its exit code.
    func run(_ words: [String]) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(words + ["--project", path])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    /// The text of a file of the project.
    func text(_ file: String) throws -> String {
        try String(contentsOf: root.appending(path: file), encoding: .utf8)
    }
}
