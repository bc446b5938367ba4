import Disk
import Glibc
import TestSupport
import Testing

@testable import Network

/// Files on their way out.
@Suite(.timeLimit(.minutes(10))) struct FileOutputTests {
    @Test(arguments: [1, 7, 64, 1_000])
    func `a queue copies files and bytes in their order`(step: Int) throws {
        let folder = try TemporaryDirectory()
        let content = patternedBytes(500)
        let file = FileRange(try OpenFile(try folder.write(content, to: "a")))
        var queue = OutputQueue()
        var expected: [UInt8] = []
        for number in 0..<20 {
            let piece = [UInt8](repeating: UInt8(number), count: number)
            if number % 2 == 0 { queue.append(shared: piece) } else { queue.append(piece) }
            queue.append(file[(number * 10)..<(number * 20)])
            expected += piece + content[(number * 10)..<(number * 20)]
        }
        #expect(queue.byteCount == expected.count)
        var taken: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: step)
        while !queue.isEmpty {
            let copied = unsafe buffer.withUnsafeMutableBytes { unsafe queue.copyFront(to: $0) }
            let count = try #require(copied)
            taken += buffer[..<count]
            queue.consume(count)
        }
        #expect(taken == expected)
    }

    /// A server that sends `before`, the file and `after` to whoever says something.
    private func serve(
        _ file: FileRange, tls: TLSContext? = nil, closing: Bool = false,
        _ body: (Int, Record<Heard>) throws -> Void
    ) throws {
        try withServer(tls: tls) { scribe, _ in
            scribe.onReceived = { socket, _ in
                socket.send(Array("before".utf8))
                socket.send(file)
                socket.send(Array("after".utf8))
                socket.send(file[0..<min(10, file.byteCount)])
                if closing { socket.close() }
            }
        } _: { port, heard, _ in
            try body(port, heard)
        }
    }

    @Test(arguments: [0, 1, 5_000, 3_000_000])
    func `bytes, files and bytes leave in order, and a close waits for them`(count: Int) throws {
        let folder = try TemporaryDirectory()
        let content = patternedBytes(count)
        let file = FileRange(try OpenFile(try folder.write(content, to: "a")))
        try serve(file, closing: true) { port, heard in
            let client = try LoopbackSocket(port: port, receiveBufferBytes: 16_384)
            client.send("go")
            let expected = Array("before".utf8) + content + Array("after".utf8) + content.prefix(10)
            #expect(client.read(count: expected.count) == expected)
            #expect(client.isAtEnd)
            client.finishSending()
            #expect(heard.wait(for: 2).last == .closed(.closed))
        }
    }

    @Test func `a file is encrypted like all else`() throws {
        let folder = try TemporaryDirectory()
        let content = patternedBytes(3_000_000)
        let file = FileRange(try OpenFile(try folder.write(content, to: "a")))
        let certificate = try TestCertificate()
        let tls = try TLSContext(
            certificate: certificate.certificatePath, key: certificate.keyPath)
        try serve(file, tls: tls) { port, _ in
            let client = try TLSClient(port: port)
            try #require(client.connect())
            client.send("go")
            let expected = Array("before".utf8) + content + Array("after".utf8) + content.prefix(10)
            #expect(client.read(count: expected.count) == expected)
        }
    }

    @Test(arguments: [false, true])
    func `a file that became shorter resets the connection`(isSecure: Bool) throws {
        let folder = try TemporaryDirectory()
        let file = FileRange(try OpenFile(try folder.write(patternedBytes(100_000), to: "a")))
        try folder.shorten("a", to: 40_000)
        let certificate = try TestCertificate()
        let tls = try TLSContext(
            certificate: certificate.certificatePath, key: certificate.keyPath)
        try serve(file, tls: isSecure ? tls : nil) { port, heard in
            if isSecure {
                let client = try TLSClient(port: port)
                try #require(client.connect())
                client.send("go")
                #expect(client.read(count: 100_000).count <= 6 + 40_000)
                #expect(!client.wasToldGoodbye)
            } else {
                let client = try LoopbackSocket(port: port)
                client.send("go")
                #expect(client.readToEnd().utf8.count <= 100_000 * 3)
                #expect(client.wasReset)
            }
            #expect(heard.wait(for: 2).last == .closed(.incomplete))
        }
    }

    @Test func `a turn sends a peer so much and no more`() throws {
        let folder = try TemporaryDirectory()
        let file = FileRange(try OpenFile(try folder.write(patternedBytes(20_000_000), to: "a")))
        let sizes = Record<Int>()
        try withServer { scribe, socket in
            var last = 0
            func watch() {
                if socket.sentBytes > last { sizes.append(socket.sentBytes - last) }
                last = socket.sentBytes
                if socket.isOpen, socket.sentBytes < 20_000_000 {
                    // Fires in the next turn.
                    _ = socket.loop.schedule(after: .zero) { watch() }
                } else {
                    sizes.append(0)
                }
            }
            scribe.onReceived = { socket, _ in
                socket.send(file)
                watch()
            }
        } _: { port, _, _ in
            let client = try LoopbackSocket(port: port)
            client.send("go")
            #expect(client.read(count: 20_000_000).count == 20_000_000)
            sizes.wait("the end") { $0.last == 0 }
            #expect(sizes.all.allSatisfy { $0 < 2 * NetworkLimits.bytesPerTurn })
        }
    }
}
