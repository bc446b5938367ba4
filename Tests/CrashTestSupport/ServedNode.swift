import Foundation
import Glibc
import PostgresTestSupport
import Server
public import ServerTestSupport
import Synchronization
import TestSupport

/// `apus serve`, in a process of its own, on SQLite or on a server of PostgreSQL that is not other
/// tests'. It is started, killed and ended by one thread; others ask for its port.
public final class ServedNode: Sendable {
    /// Rows that are written again and again, and rows that come and go.
    public static let models = [
        "tallies": """
        {"properties": {"id": {"type": "integer", "identity": true},
          "version": {"type": "integer"}},
         "required": ["version"], "realtime": true, "access": {"all": true}}
        """,
        "entries": """
        {"properties": {"id": {"type": "integer", "identity": true},
          "token": {"type": "string"}, "version": {"type": "integer"}},
         "required": ["token", "version"], "realtime": true, "access": {"all": true}}
        """,
    ]

    /// The database server; nil for SQLite.
    private let url: String?
    /// The key of its clients, who may do everything.
    public let key: String
    /// The key of anybody.
    public let anonymousKey: String
    private let project: String
    private let current = Atomic(0)

    /// Writes the project's migrations and applies them.
    public init(_ project: TestProject, on url: String? = nil) throws {
        self.url = url
        self.project = project.path
        let options = try ServerOptions(project: project.path, logLevel: "error", database: url)
        _ = try MigrationCommands.new(options, name: "first")
        let migrate = try RunningCommand(["migrate", "up"] + Self.place(project.path, url))
        guard migrate.exitCode() == 0 else { throw NodeFault.notStarted("apus migrate up") }
        let keys = try RunningCommand(["keys"] + Self.place(project.path, url))
        let lines = keys.lines(through: "service_role")
        func key(_ name: String) -> String {
            let line = lines.first { $0.contains(name) }
            return line?.split(separator: " ").last.map(String.init) ?? ""
        }
        anonymousKey = key("anon")
        self.key = key("service_role")
    }

    private static func place(_ project: String, _ url: String?) -> [String] {
        ["--project", project] + (url.map { ["--database", $0] } ?? [])
    }

    /// Where it listens; nil while it does not run.
    public var port: Int? {
        let port = current.load(ordering: .acquiring)
        return port == 0 ? nil : port
    }

    /// Starts it, and returns when it serves.
    ///
    /// - Parameters:
    ///   - command: `dev` plants seeds.
    ///   - wrapper: the program that starts it, with words for that one.
    ///   - environment: what it gets beside the environment of the tests.
    public func start(
        _ command: String = "serve", under wrapper: [String] = [],
        environment: [String: String] = [:]
    ) throws -> LoggingCommand {
        let environment = environment.merging(["APUS_REST_MAX_ROWS": "1000000"]) { $1 }
        let command = try RunningCommand(
            [command, "--listen", "127.0.0.1:0", "--log-level", "warning", "--log-format", "text"]
                + Self.place(project, url),
            environment: environment, under: wrapper)
        let lines = command.lines(through: "listening on")
        guard let port = Int(lines.last?.split(separator: ":").last ?? "") else {
            throw NodeFault.notStarted(lines.joined(separator: "\n"))
        }
        current.store(port, ordering: .releasing)
        return LoggingCommand(command)
    }

    /// Ends it in the midst of whatever it does; what it has logged.
    public func kill(_ command: LoggingCommand) -> [String] {
        current.store(0, ordering: .releasing)
        return command.end(with: SIGKILL)
    }

    /// Ends it in order; what it has logged.
    public func end(_ command: LoggingCommand) -> [String] {
        current.store(0, ordering: .releasing)
        return command.end(with: SIGTERM)
    }
}

/// A command whose log is read as it comes: it would wait for its reader.
///
/// Unchecked: one thread alone reads, and the number of the process does not change.
public final class LoggingCommand: @unchecked Sendable {
    private let command: RunningCommand
    private let lines = Record<String>()
    private let isEnding = Atomic(false)
    private let isRead = Gate()

    /// The number of its process.
    public var process: Int32 { command.process }

    /// What it has logged so far.
    public var logged: [String] { lines.all }

    init(_ command: RunningCommand) {
        self.command = command
        Thread.detachNewThread { [self] in read() }
    }

    /// Goes on through silence until it is ended.
    private func read() {
        while true {
            if let line = command.nextLine() {
                lines.append(line)
            } else if isEnding.load(ordering: .acquiring) {
                return isRead.open()
            }
        }
    }

    /// Ends it; what it has logged.
    public func end(with signal: Int32) -> [String] {
        isEnding.store(true, ordering: .releasing)
        kill(command.process, signal)
        isRead.pass()
        return lines.all
    }
}

/// Why the process cannot be tested.
public enum NodeFault: Error {
    /// What it printed instead.
    case notStarted(String)
}
