import COpenSSL
import Diagnostics
import Foundation
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSServerTests {
    @Test func `requests and answers of any size go through TLS`() throws {
        let files = try TestFiles()
        let server = try TestServer { $0.tls = files.tls }
        let client = try SecureClient(try server.connect())
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.read(until: "GET /a").hasPrefix("HTTP/1.1 200 OK\r\n"))
        client.send("GET /large/3000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(client.read(until: nil).utf8.count > 3_000_000)
    }

    @Test func `parts go through TLS`() throws {
        let files = try TestFiles()
        let server = try TestServer { $0.tls = files.tls }
        let client = try SecureClient(try server.connect())
        client.send("GET /parts/300 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let text = client.read(until: nil)
        #expect(text.utf8.count > 300 * 10_000)
        #expect(text.hasSuffix("\r\n0\r\n\r\n"))
    }

    /// How far a handshake comes: not at all, and into its first record.
    @Test(arguments: ["", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0"])
    func `a handshake has the time of a head`(begun: String) throws {
        let files = try TestFiles()
        let server = try TestServer {
            $0.tls = files.tls
            $0.deadlines.head = .milliseconds(40)
            $0.deadlines.idle = .seconds(60)
        }
        let slow = try server.connect()
        slow.send(begun)
        // The client waits for ten seconds at the most.
        let start = ContinuousClock.now
        #expect(slow.readToEnd() == "")
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `a connection whose handshake is done may rest`() async throws {
        let files = try TestFiles()
        let server = try TestServer {
            $0.tls = files.tls
            $0.deadlines.head = .milliseconds(400)
            $0.deadlines.idle = .seconds(60)
        }
        let client = try SecureClient(try server.connect())
        let slow = try server.connect()
        #expect(slow.readToEnd() == "")  // by then the deadline has passed for both
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.read(until: "GET /a").hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test func `plain bytes on a TLS port harm nobody`() throws {
        let files = try TestFiles()
        let server = try TestServer { $0.tls = files.tls }
        let plain = try server.connect()
        plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = plain.readToEnd()
        let client = try SecureClient(try server.connect())
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.read(until: "GET /a").hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test func `a missing certificate is named`() throws {
        let problem = #expect(throws: Problem.self) {
            try TestServer {
                $0.tls = TLSFiles(certificate: "/nowhere/a.pem", key: "/nowhere/b.pem")
            }
        }
        #expect(problem?.message.contains("/nowhere/a.pem") == true)
    }
}

/// A blocking TLS client that trusts anybody.
@safe
private final class SecureClient {
    private let transport: TestClient
    private let context: OpaquePointer
    private let session: OpaquePointer

    init(_ transport: TestClient) throws {
        self.transport = transport
        unsafe context = try #require(SSL_CTX_new(TLS_client_method()))
        unsafe session = try #require(SSL_new(context))
        unsafe SSL_set_fd(session, transport.descriptor)
        try #require(unsafe SSL_connect(session) == 1)
    }

    deinit {
        unsafe SSL_free(session)
        unsafe SSL_CTX_free(context)
    }

    func send(_ text: String) {
        unsafe SSL_write(session, text, Int32(text.utf8.count))
    }

    /// Reads until the text ends with `suffix`, or to the end.
    func read(until suffix: String?) -> String {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe SSL_read(session, &chunk, Int32(chunk.count))
            if count <= 0 { break }
            received += chunk[..<Int(count)]
            if let suffix, received.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) { break }
        }
        return String(decoding: received, as: UTF8.self)
    }
}

/// A certificate for `localhost` that protects nothing, in files of a directory of its own.
private final class TestFiles {
    private let directory: URL
    let tls: TLSFiles

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let certificate = directory.appending(path: "certificate.pem")
        let key = directory.appending(path: "key.pem")
        try Self.certificate.write(to: certificate, atomically: true, encoding: .utf8)
        try Self.key.write(to: key, atomically: true, encoding: .utf8)
        tls = TLSFiles(certificate: certificate.path, key: key.path)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfjCCASWgAwIBAgIUMaw8yqxnJzM/FP5CizyzCmWMNMEwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEyMTcxOVoYDzIxMjYxMDI4
        MTIxNzE5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQDdVjuoNSdH+RXLIb/Z/o8DOb7lBZFGJuJez1UmyXmHi/ZcQX2TxJM
        qdK6bGbhzISqi0Svvs9yhjx5cMg1ih2Xo1MwUTAdBgNVHQ4EFgQUiuBf946KJ0hz
        uzZCy1MifNWx5xswHwYDVR0jBBgwFoAUiuBf946KJ0hzuzZCy1MifNWx5xswDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBS1T/FXhxUNfaBnJgToXg0
        0QIg0JPnA1vpKFqJWK032wIgfU1qWCyYfdrMSwoT+QBkIVXFL124w9Cfi+BcdQcN
        PbU=
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQge7Y8o1wYuuB+bEyT
        ZRMeUHrK+O12ansNi/Jtlp8qolWhRANCAAQDdVjuoNSdH+RXLIb/Z/o8DOb7lBZF
        GJuJez1UmyXmHi/ZcQX2TxJMqdK6bGbhzISqi0Svvs9yhjx5cMg1ih2X
        -----END PRIVATE KEY-----
        """
}
