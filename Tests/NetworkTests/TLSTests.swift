import COpenSSL
import Glibc
import TestSupport
import Testing

@testable import Network

@Suite(.timeLimit(.minutes(10))) struct TLSTests {
    static let echo: @Sendable (Scribe, StreamSocket) -> Void = { scribe, socket in
        #expect(socket.isSecure)
        scribe.onReceived = { socket, bytes in socket.send(bytes) }
        scribe.onEnd = { socket in socket.close() }
    }

    @Test(arguments: [(TLS1_3_VERSION, "TLSv1.3"), (TLS1_2_VERSION, "TLSv1.2")])
    func `a client shakes hands, speaks and says goodbye`(version: Int32, name: String) throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        try withServer(tls: context, configure: Self.echo) { port, heard, _ in
            let client = try TLSClient(port: port, highestVersion: version)
            #expect(client.connect())
            #expect(client.version == name)
            #expect(client.selectedProtocol == "http/1.1")
            client.send(Array("hello".utf8))
            #expect(client.read(count: 5) == Array("hello".utf8))
            client.sayGoodbye()
            #expect(client.wasToldGoodbye)
            #expect(heard.wait(for: 2).prefix(2) == [.received("hello"), .end])
        }
    }

    /// RFC 8446 §2.2: with a key exchange of its own. A ticket of TLS 1.2 would hold the keys of
    /// the connection itself (RFC 5077).
    @Test(arguments: [(TLS1_3_VERSION, true), (TLS1_2_VERSION, false)])
    func `a session is resumed in TLS 1.3 and in no older one`(
        version: Int32, isResumed: Bool
    ) throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        try withServer(tls: context, configure: Self.echo) { port, _, _ in
            func visit(resuming earlier: TLSClient?) throws -> TLSClient {
                let client = try TLSClient(
                    port: port, highestVersion: version, resuming: earlier)
                #expect(client.connect())
                client.send([0x61])
                #expect(client.read(count: 1) == [0x61])
                client.sayGoodbye()
                return client
            }
            let first = try visit(resuming: nil)
            #expect(!first.isResumed)
            let second = try visit(resuming: first)
            #expect(second.isResumed == isResumed)
            // Tickets are new with each connection, so that nobody can follow a client by them.
            #expect(try visit(resuming: second).isResumed == isResumed)
        }
    }

    @Test func `a megabyte goes there and back`() throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        let count = 1 << 20
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, _ in
            scribe.onReceived = { socket, _ in
                socket.send((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) })
                socket.close()
            }
        }
        try withServer(tls: context, configure: configure) { port, _, _ in
            let client = try TLSClient(port: port, highestVersion: TLS1_3_VERSION)
            #expect(client.connect())
            client.send([1])
            let received = client.read(count: count)
            #expect(received.count == count)
            #expect(received == (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            #expect(client.wasToldGoodbye)
        }
    }

    @Test func `what has come and gone leaves no memory taken`() throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        let sockets = Record<LoopBound<StreamSocket>>()
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, socket in
            sockets.append(LoopBound(socket, on: socket.loop))
            Self.echo(scribe, socket)
        }
        try withServer(tls: context, configure: configure) { port, _, thread in
            let client = try TLSClient(port: port, highestVersion: TLS1_3_VERSION)
            #expect(client.connect())
            let bytes = [UInt8](repeating: 7, count: 60_000)
            client.send(bytes)
            #expect(client.read(count: bytes.count) == bytes)
            let socket = try #require(sockets.wait(for: 1).first)
            let capacity = thread.perform { _ in socket.value.tls?.cipherCapacity }
            #expect(try #require(capacity) <= 2 * NetworkLimits.keptCipherBytes)
        }
    }

    @Test func `input that waited decrypted or not is delivered when reading resumes`() throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        let sockets = Record<LoopBound<StreamSocket>>()
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, _ in
            scribe.onReceived = { socket, bytes in
                guard bytes == [0x61] else { return }
                socket.isReadingPaused = true
                sockets.append(LoopBound(socket, on: socket.loop))
                socket.send([0x62])
            }
        }
        try withServer(tls: context, configure: configure) { port, heard, thread in
            let client = try TLSClient(port: port, highestVersion: TLS1_3_VERSION)
            #expect(client.connect())
            client.send([0x61])
            #expect(client.read(count: 1) == [0x62])
            client.send(Array("second".utf8))
            let socket = sockets.wait(for: 1)[0]
            thread.perform { _ in socket.value.isReadingPaused = false }
            #expect(heard.wait(for: 2).last == .received("second"))
        }
    }

    @Test(arguments: [["h2"], ["h2", "http/1.1"], ["http/1.1"]])
    func `only HTTP 1.1 is chosen among what the peer offers`(offered: [String]) throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        try withServer(tls: context, configure: Self.echo) { port, _, _ in
            let client = try TLSClient(
                port: port, highestVersion: TLS1_3_VERSION, protocols: offered)
            #expect(client.connect())
            #expect(client.selectedProtocol == (offered.contains("http/1.1") ? "http/1.1" : ""))
        }
    }

    @Test func `TLS 1.1 is refused`() throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        try withServer(tls: context, configure: Self.echo) { port, heard, _ in
            let client = try TLSClient(port: port, highestVersion: TLS1_1_VERSION)
            #expect(!client.connect())
            withExtendedLifetime(client) {}
            _ = heard
        }
    }

    @Test func `plain HTTP on a TLS port fails the handshake and harms nobody`() throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        try withServer(tls: context, configure: Self.echo) { port, heard, _ in
            let plain = try LoopbackSocket(port: port)
            plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            guard case .closed(.tls(.handshake)) = heard.wait(for: 1)[0] else {
                Issue.record("\(heard.all)")
                return
            }
            let client = try TLSClient(port: port, highestVersion: TLS1_3_VERSION)
            #expect(client.connect())
        }
    }

    @Test func `a peer that vanishes during the handshake is closed`() throws {
        let files = try TestCertificate()
        let context = try TLSContext(certificate: files.certificatePath, key: files.keyPath)
        try withServer(tls: context, configure: Self.echo) { port, heard, _ in
            let plain = try LoopbackSocket(port: port)
            plain.send("\u{16}\u{3}\u{1}")
            plain.finishSending()
            #expect(heard.wait(for: 2) == [.end, .closed(.closed)])
        }
    }
}

@Suite struct TLSContextTests {
    let files: TestCertificate

    init() throws { files = try TestCertificate() }

    @Test func `a missing file is named`() throws {
        #expect(
            throws: TLSError.unreadable(path: "/no/such/file", reason: "No such file or directory")
        ) {
            try TLSContext(certificate: "/no/such/file", key: files.keyPath)
        }
        #expect(throws: TLSError.unreadable(path: "/no/key", reason: "No such file or directory")) {
            try TLSContext(certificate: files.certificatePath, key: "/no/key")
        }
        #expect(throws: TLSError.unreadable(path: files.directory.path, reason: "Is a directory")) {
            try TLSContext(certificate: files.directory.path, key: files.keyPath)
        }
    }

    @Test func `files that hold something else are named`() throws {
        let text = try files.directory.write("not PEM\n", to: "text")
        #expect(throws: TLSError.noCertificate(path: text)) {
            try TLSContext(certificate: text, key: files.keyPath)
        }
        #expect(throws: TLSError.noCertificate(path: files.keyPath)) {
            try TLSContext(certificate: files.keyPath, key: files.keyPath)
        }
        #expect(throws: TLSError.noKey(path: text)) {
            try TLSContext(certificate: files.certificatePath, key: text)
        }
        #expect(throws: TLSError.noKey(path: files.certificatePath)) {
            try TLSContext(certificate: files.certificatePath, key: files.certificatePath)
        }
    }

    @Test func `a key of another certificate is found out`() throws {
        let other = try TestCertificate()
        #expect(throws: TLSError.mismatch(certificate: files.certificatePath, key: other.keyPath)) {
            try TLSContext(certificate: files.certificatePath, key: other.keyPath)
        }
    }

    @Test func `a certificate the library finds too weak is refused`() throws {
        let weak = try TestCertificate(bits: 512)
        let error = #expect(throws: TLSError.self) {
            try TLSContext(certificate: weak.certificatePath, key: weak.keyPath)
        }
        guard case .refused(weak.certificatePath, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `no error is left in the queue`() throws {
        _ = try? TLSContext(certificate: files.keyPath, key: files.certificatePath)
        #expect(ERR_peek_error() == 0)
    }
}
