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
    /// The other end of what it reads; -1 once it is closed.
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
        do {
            process = try Self.spawn(
                program, arguments, environment,
                .pipes(input: theirInput, output: theirOutput, errors))
        } catch {
            close(ourInput)
            throw error
        }
    }

    /// Starts a program at a terminal of its own, as a person has it: what it prints comes with
    /// what is typed to it.
    public init(
        atTerminal program: String, _ arguments: [String], environment: [String: String] = [:],
        patienceSeconds: Int32 = 60
    ) throws {
        endSignal = SIGTERM
        patienceMilliseconds = patienceSeconds * 1000
        let ours = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard ours >= 0 else { throw ChildProcessFault.notStarted(errno) }
        output = FileHandle(fileDescriptor: ours, closeOnDealloc: true)
        var (lock, number): (Int32, Int32) = (0, 0)
        guard unsafe ioctl(ours, Self.unlockTerminal, &lock) == 0,
            unsafe ioctl(ours, Self.numberOfTerminal, &number) == 0
        else { throw ChildProcessFault.notStarted(errno) }
        input = dup(ours)
        _ = fcntl(input, F_SETFD, FD_CLOEXEC)
        process = try Self.spawn(
            program, arguments, environment, .terminal(path: "/dev/pts/\(number)"))
    }

    /// Requests of ioctl_tty(2) which Glibc's module does not have: TIOCSPTLCK, TIOCGPTN.
    private static let (unlockTerminal, numberOfTerminal): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    /// `POSIX_SPAWN_SETSID` of posix_spawn(3), which it does not have either.
    private static let newSession: Int32 = 0x80

    /// Types text at the terminal, or writes it to what the program reads.
    public func type(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe _ = write(input, bytes, bytes.count)
    }

    /// What a program has for its own three descriptors.
    private enum Ends {
        case pipes(input: Int32, output: Int32, ErrorOutput)
        case terminal(path: String)
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
        _ program: String, _ words: [String], _ environment: [String: String], _ ends: Ends
    ) throws -> pid_t {
        let environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .map { "\($0)=\($1)" }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        var flags = POSIX_SPAWN_SETSIGMASK
        switch ends {
        case .pipes(let input, let output, let errors):
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
            unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
            switch errors {
            case .merged: unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
            case .discarded:
                unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            }
        case .terminal(let path):
            // The first terminal that the leader of a session opens is the session's.
            flags |= newSession
            unsafe posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
            for other: Int32 in 1...2 {
                unsafe posix_spawn_file_actions_adddup2(&actions, 0, other)
            }
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
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
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
                let line = received[..<end]
                defer { received.removeFirst(end + 1) }
                // A terminal ends lines with both.
                return String(
                    decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            }
            var request = pollfd(
                fd: output.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&request, 1, patienceMilliseconds) > 0 else { return nil }
            var more = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(output.fileDescriptor, &more, more.count)
            // A terminal whose program has ended cannot be read.
            if count <= 0 {
                isAtEnd = true
                return nil
            }
            received += more[..<count]
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
