import Foundation

/// A run of the `openssl` program: a foreign judge of what we speak.
public enum OpenSSL {
    /// Whether the machine has it.
    public static let isInstalled = (try? output(of: ["version"])) != nil

    /// What a command prints.
    public static func output(of arguments: [String]) throws -> String {
        let process = make(arguments)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw SocketFault.refused }
        return String(decoding: data, as: UTF8.self)
    }

    fileprivate static func make(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }
}

/// A TLS server that answers each line with its letters reversed: `openssl s_server -rev`.
public final class OpenSSLServer {
    /// The port on 127.0.0.1.
    public let port: Int
    private let process: Process

    /// Starts with a certificate and further arguments of `s_server`.
    public init(_ certificate: TestAuthority.Issued, _ arguments: [String] = []) throws {
        process = OpenSSL.make(
            [
                "s_server", "-rev", "-accept", "127.0.0.1:0", "-cert", certificate.certificatePath,
                "-key", certificate.keyPath,
            ] + arguments)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var text = ""
        while !text.contains("ACCEPT") || text.last != "\n" {
            let data = pipe.fileHandleForReading.availableData
            if data.isEmpty { throw SocketFault.ended }
            text += String(decoding: data, as: UTF8.self)
        }
        let address = text.split(separator: "\n").last { $0.hasPrefix("ACCEPT") } ?? ""
        guard let port = address.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw SocketFault.ended
        }
        self.port = port
    }

    deinit { process.terminate() }
}
