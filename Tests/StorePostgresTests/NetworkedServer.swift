import Foundation
import Glibc
import PostgresTestSupport
import TestSupport

/// A private server that is reached over TCP as well, by rules of a test's own.
struct NetworkedServer {
    let server: PostgresServer
    let port: Int

    /// Starts one.
    ///
    /// - Parameters:
    ///   - rules: lines of `pg_hba.conf`, behind the one that lets the superuser in locally.
    ///   - certificate: turns TLS on.
    ///   - script: what the superuser does first.
    init(
        rules: [String], certificate: TestAuthority.Issued? = nil, script: String = "select 1"
    ) throws {
        server = try PostgresServer.makeOwn()
        port = try freePort()
        try server.client().execute(script)
        let data = "\(server.directory)/data"
        var settings = ["", "listen_addresses = '127.0.0.1'", "port = \(port)"]
        if let certificate {
            try Self.copy(certificate.certificatePath, to: "\(data)/server.crt", as: server)
            try Self.copy(certificate.keyPath, to: "\(data)/server.key", as: server)
            settings.append("ssl = on")
        }
        try Self.append(settings, to: "\(data)/postgresql.conf")
        let lines = ["local all apus trust"] + rules + [""]
        try lines.joined(separator: "\n").write(
            toFile: "\(data)/pg_hba.conf", atomically: false, encoding: .utf8)
        try server.restart()
    }

    /// How a role reaches it over TCP.
    func url(_ user: String, _ parameters: String, host: String = "127.0.0.1") -> String {
        "postgres://\(user)@\(host):\(port)/postgres?\(parameters)"
    }

    private static func append(_ lines: [String], to file: String) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        try handle.close()
    }

    /// Copies a file for the server's user only.
    private static func copy(_ from: String, to: String, as server: PostgresServer) throws {
        try FileManager.default.copyItem(atPath: from, toPath: to)
        unsafe chmod(to, 0o600)
        var owner = stat()
        unsafe _ = stat("\(server.directory)/data", &owner)
        unsafe chown(to, owner.st_uid, owner.st_gid)
    }
}
