import Foundation

/// The `apus` binary of this build, running with a project of its own.
///
/// Spawned by hand: Foundation's `Process` counts the open descriptors before it copies them, and
/// crashes when other threads open some in between.
public final class RunningCommand {
    /// The number of its process.
    public let process: Int32
    private let output: FileHandle
    private var received: [UInt8] = []
    private var isAtEnd = false
    /// The status that `waitpid` told, once it has.
    private var status: Int32?

    /// Starts `apus` with these words. Its log comes out beside its output.
    public init(_ words: [String], environment: [String: String] = [:]) throws {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw UnexpectedAnswer(text: "pipe: \(errno)") }
        output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        defer { close(ends[1]) }
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process = try Self.spawn(
            Self.binary.path, words, all.map { "\($0)=\($1)" }, output: ends[1])
    }

    deinit {
        terminate()
        wait()
    }

    /// Asks it to end, with SIGTERM.
    public func terminate() {
        if status == nil { kill(process, SIGTERM) }
    }

    private static func spawn(
        _ path: String, _ words: [String], _ environment: [String], output: Int32
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
        // What other threads have open is not the command's, least of all the ends of other pipes.
        for descriptor in 3..<Self.descriptorsMax {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var arguments = unsafe ([path] + words).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        var process: pid_t = 0
        let result = unsafe posix_spawn(&process, path, &actions, nil, &arguments, &variables)
        guard result == 0 else { throw UnexpectedAnswer(text: "posix_spawn: \(result)") }
        return process
    }

    /// More than a run of the tests has open at a time.
    private static let descriptorsMax: Int32 = 4096

    private func wait() {
        guard status == nil else { return }
        var told: Int32 = 0
        while unsafe waitpid(process, &told, 0) < 0, errno == EINTR {}
        status = told
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
                fd: output.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&request, 1, 10_000) > 0 else { return nil }
            let more = output.availableData
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
        wait()
        // The second byte, where the process was not killed (wait(2)).
        return status.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : $0 & 0x7F }
    }
}
