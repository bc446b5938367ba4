import Foundation

/// The `apus` binary of this build, running with a project of its own.
public final class RunningCommand {
    private let process = Process()
    private let output = Pipe()
    private var received: [UInt8] = []
    private var isAtEnd = false

    /// Starts `apus` with these words. Its log comes out beside its output.
    public init(_ words: [String], environment: [String: String] = [:]) throws {
        process.executableURL = Self.binary
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    /// Beside the test bundle that is running.
    private static var binary: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "apus")
    }

    /// The next line; nil when the command has ended, or has been silent for ten seconds.
    public func nextLine() -> String? {
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                let line = String(decoding: received[..<end], as: UTF8.self)
                received.removeFirst(end + 1)
                return line
            }
            var request = pollfd(
                fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&request, 1, 10_000) > 0 else { return nil }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty {
                isAtEnd = true
                return nil
            }
            received += more
        }
    }

    /// The lines up to the one that contains `text`, that one included.
    public func lines(through text: String) -> [String] {
        var lines: [String] = []
        while let line = nextLine() {
            lines.append(line)
            if line.contains(text) { return lines }
        }
        return lines
    }

    /// Waits for the end of what it prints; the exit code, nil when it goes on in silence.
    public func exitCode() -> Int32? {
        while nextLine() != nil {}
        guard isAtEnd else { return nil }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
