public import Foundation

/// A program that runs beside the tests: what it prints is read line by line, and it is ended when
/// the last reference goes.
///
/// Spawned by hand: Foundation's `Process` counts the open descriptors before it copies them, and
/// crashes when other threads open some in between. The program gets no descriptor but its own
/// three: else it would hold other tests' connections open, and the ends of other pipes.
public final class ChildProcess {
    /// The number of its process.
    public let process: Int32
    private let output: FileHandle
    private let patienceMilliseconds: Int32
    private let endSignal: Int32
    /// The other end of what it reads; -1 once it is closed. The kernel closes it with us.
    private var input: Int32
    private var received: [UInt8] = []
    private var isAtEnd = false
    /// The status that `waitpid` told, once it has.
    private var status: Int32?

    /// What is done with what a program says on the side.
    public enum ErrorOutput: Sendable {
        /// It comes out beside its output.
        case merged
        /// It is thrown away.
        case discarded
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path, or its name if `PATH` leads to it.
    ///   - environment: what it gets beside the environment of the tests.
    ///   - endSignal: what ends it when the last reference goes.
    ///   - patienceSeconds: for how long it may be silent before a reader gives up.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        errors: ErrorOutput = .merged, endSignal: Int32 = SIGTERM, patienceSeconds: Int32 = 60
    ) throws {
        self.endSignal = endSignal
        patienceMilliseconds = patienceSeconds * 1000
        let (theirInput, ourInput) = try Self.makePipe()
        defer { close(theirInput) }
        let (ourOutput, theirOutput) = try Self.makePipe()
        defer { close(theirOutput) }
        input = ourInput
        output = FileHandle(fileDescriptor: ourOutput, closeOnDealloc: true)
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        do {
            process = try Self.spawn(
                program, arguments, all.map { "\($0)=\($1)" }, input: theirInput,
                output: theirOutput, errors: errors)
        } catch {
            close(ourInput)
            throw error
        }
    }

    deinit {
        closeInput()
        end(with: endSignal)
        wait()
    }

    private static func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw ChildProcessFault.notStarted(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ program: String, _ words: [String], _ environment: [String], input: Int32, output: Int32,
        errors: ErrorOutput
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        switch errors {
        case .merged: unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
        case .discarded:
            unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        // glibc ignores those that are not open.
        for descriptor in 3..<Self.descriptorsMax {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var arguments = unsafe ([program] + words).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        // The threads of Swift's tasks, which tests run on, let no signal through.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var process: pid_t = 0
        let result = unsafe posix_spawnp(
            &process, program, &actions, &attributes, &arguments, &variables)
        guard result == 0 else { throw ChildProcessFault.notStarted(result) }
        return process
    }

    /// More than a run of the tests has open at a time.
    private static let descriptorsMax: Int32 = 4096

    // MARK: Ending

    /// Asks it to end, with SIGTERM.
    public func terminate() { end(with: SIGTERM) }

    /// Ends what it reads.
    public func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    private func end(with signal: Int32) {
        if status == nil { kill(process, signal) }
    }

    private func wait() {
        guard status == nil else { return }
        var told: Int32 = 0
        while unsafe waitpid(process, &told, 0) < 0, errno == EINTR {}
        status = told
    }

    // MARK: What it prints

    /// The next line; nil when the program has ended, or has been silent for too long.
    public func nextLine() -> String? {
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                let line = String(decoding: received[..<end], as: UTF8.self)
                received.removeFirst(end + 1)
                return line
            }
            var request = pollfd(
                fd: output.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&request, 1, patienceMilliseconds) > 0 else { return nil }
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

/// Why a program does not run.
public enum ChildProcessFault: Error {
    /// The system's number for it.
    case notStarted(Int32)
}
