import Glibc

/// The `openssl` program: a foreign judge of what we speak.
public enum OpenSSL {
    /// Whether the machine has it.
    public static let isInstalled = (try? output(of: ["version"])) != nil

    /// What a command prints.
    public static func output(of arguments: [String]) throws -> String {
        let run = try run(arguments)
        var text = ""
        while let line = run.nextLine() { text += line + "\n" }
        return text
    }

    /// One run of the program. It is killed at its end, since it may have been started with
    /// `SIGTERM` blocked.
    fileprivate static func run(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess("openssl", arguments, errors: .discarded, endSignal: SIGKILL)
    }
}

/// A TLS server that answers each line with its letters reversed: `openssl s_server -rev`.
public final class OpenSSLServer {
    /// The port on 127.0.0.1.
    public let port: Int
    private let run: ChildProcess

    /// Starts with a certificate and further arguments of `s_server`.
    public init(_ certificate: TestAuthority.Issued, _ arguments: [String] = []) throws {
        run = try OpenSSL.run(
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
