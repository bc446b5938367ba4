import Glibc

/// The `openssl` program: a foreign judge of what we speak.
public enum OpenSSL {
    /// Whether the machine has it.
    public static let isInstalled = (try? output(of: ["version"])) != nil

    /// What a command prints.
    public static func output(of arguments: [String]) throws -> String {
        let run = try OpenSSLRun(arguments)
        var text = ""
        while let line = run.nextLine() { text += line + "\n" }
        return text
    }
}

/// A TLS server that answers each line with its letters reversed: `openssl s_server -rev`.
public final class OpenSSLServer {
    /// The port on 127.0.0.1.
    public let port: Int
    private let run: OpenSSLRun

    /// Starts with a certificate and further arguments of `s_server`.
    public init(_ certificate: TestAuthority.Issued, _ arguments: [String] = []) throws {
        run = try OpenSSLRun(
            [
                "s_server", "-rev", "-accept", "127.0.0.1:0", "-cert", certificate.certificatePath,
                "-key", certificate.keyPath,
            ] + arguments)
        var line = run.nextLine()
        while let text = line, !text.hasPrefix("ACCEPT") { line = run.nextLine() }
        guard let port = line?.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw SocketFault.ended
        }
        self.port = port
    }
}

/// One run of the program, killed when it goes.
///
/// It gets no descriptor but its own three: else it would hold other tests' connections open, and
/// other runs' pipes. It is killed, since it may have been started with `SIGTERM` blocked.
@safe
private final class OpenSSLRun {
    private let identifier: pid_t
    private let output: UnsafeMutablePointer<FILE>

    init(_ arguments: [String]) throws {
        var pipes: [Int32] = [0, 0]
        guard unsafe pipe(&pipes) == 0 else { throw SocketFault.refused }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // glibc ignores those that are not open.
        for other in 3..<Int32(min(8192, sysconf(Int32(_SC_OPEN_MAX)))) {
            unsafe posix_spawn_file_actions_addclose(&actions, other)
        }
        var words = unsafe (["openssl"] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        var identifier: pid_t = 0
        let result = unsafe posix_spawnp(&identifier, "openssl", &actions, nil, words, environ)
        for index in unsafe words.indices { unsafe free(words[index]) }
        unsafe posix_spawn_file_actions_destroy(&actions)
        close(pipes[1])
        guard result == 0, let file = unsafe fdopen(pipes[0], "r") else {
            close(pipes[0])
            throw SocketFault.refused
        }
        self.identifier = identifier
        unsafe output = file
    }

    deinit {
        kill(identifier, SIGKILL)
        waitpid(identifier, nil, 0)
        unsafe fclose(output)
    }

    /// A line of what it prints; nil at its end.
    func nextLine() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        guard unsafe fgets(&buffer, Int32(buffer.count), output) != nil else { return nil }
        let bytes = buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
