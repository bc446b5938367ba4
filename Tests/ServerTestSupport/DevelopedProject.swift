public import Foundation
public import Server

/// A project that `apus dev` serves, in a process of its own.
public final class DevelopedProject {
    private let project: TestProject
    /// The process.
    public let command: RunningCommand
    /// The port that it listens on.
    public let port: Int

    /// Starts `apus dev` and waits until it listens.
    ///
    /// - Parameters:
    ///   - flags: further words of the command line.
    ///   - before: what is done to the project before it is served.
    public init(_ flags: [String] = [], before: (TestProject) throws -> Void = { _ in }) throws {
        project = try TestProject()
        try before(project)
        command = try RunningCommand(
            ["dev", "--project", project.path, "--listen", "127.0.0.1:0"] + flags)
        let line = command.lines(through: "listening on").last ?? ""
        guard let port = Int(line.split(separator: ":").last ?? "") else {
            throw UnexpectedAnswer(text: line)
        }
        self.port = port
    }

    /// The project's folder.
    public var root: URL { project.root }

    /// What its commands are given.
    public var options: ServerOptions { get throws { try project.options() } }

    /// The data directory.
    public var data: String { project.data }

    /// Saves a file below `Schemas/` as editors do, whole.
    public func save(_ path: String, _ text: String) throws {
        try project.write(text, to: "Schemas/\(path)")
    }

    /// Deletes a file below `Schemas/`.
    public func remove(_ path: String) throws {
        try FileManager.default.removeItem(at: project.root.appending(path: "Schemas/\(path)"))
    }

    /// Writes a file below `Migrations/`, or writes over it.
    public func write(_ sql: String, to name: String) throws {
        try project.write(sql, to: "Migrations/\(name)")
    }

    /// The end of the line that lists faults.
    public static let goesOn = "the server goes on with what it had:"

    /// The next line of the log, without its time.
    public func nextLine() -> String? { command.nextLine().map { String($0.dropFirst(10)) } }
}
