import Foundation
import PostgresTestSupport
import TestSupport

/// The `apus` binary of this build, running with a project of its own until the last reference
/// goes.
public final class RunningCommand {
    private let child: ChildProcess

    /// Starts `apus` with these words. Its log comes out beside its output. The database is that of
    /// the project that the words name.
    ///
    /// - Parameter wrapper: a program that starts it in its own place, with words for that one.
    public init(
        _ words: [String], environment: [String: String] = [:], under wrapper: [String] = []
    ) throws {
        let database = Self.database(of: words)
        let line = wrapper + [Self.binary.path] + words
        child = try ChildProcess(
            line[0], Array(line.dropFirst()), environment: database.merging(environment) { $1 })
    }

    /// Starts `apus` with these words at a terminal of its own.
    public init(atTerminal words: [String]) throws {
        child = try ChildProcess(
            atTerminal: Self.binary.path, words, environment: Self.database(of: words))
    }

    /// What names the database of the project that the words name.
    private static func database(of words: [String]) -> [String: String] {
        let named = words.firstIndex(of: "--project").map { words[words.index(after: $0)] }
        return named.flatMap(TestEngine.database).map { ["APUS_DATABASE": $0.url] } ?? [:]
    }

    /// Types text at its terminal.
    public func type(_ text: String) { child.type(text) }

    /// Beside the test bundle that is running.
    private static var binary: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "apus")
    }

    /// The number of its process.
    public var process: Int32 { child.process }

    /// Asks it to end, with SIGTERM.
    public func terminate() { child.terminate() }

    /// The next line; nil when the command has ended, or has been silent for a minute.
    public func nextLine() -> String? { child.nextLine() }

    /// The lines up to the one that contains `text`, that one included.
    public func lines(through text: String) -> [String] { child.lines(through: text) }

    /// Waits for the end of what it prints; the exit code, nil when it goes on in silence.
    public func exitCode() -> Int32? { child.exitCode() }
}
