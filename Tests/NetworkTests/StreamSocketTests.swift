import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Network

extension StreamSocket {
    var descriptorForTests: Int32 { descriptor }
}

@Suite(.timeLimit(.minutes(10))) struct StreamSocketTests {
    @Test func `bytes go both ways and are counted`() throws {
        let counts = Record<[Int]>()
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, _ in
            scribe.onReceived = { socket, bytes in
                socket.send(bytes)
                if socket.receivedBytes == 10 {
                    socket.send { $0.append(0x21) }
                    socket.send(shared: Array("shared".utf8))
                    #expect(socket.queuedBytes >= 7)
                    socket.loop.atEndOfTurn { socket.close() }
                    counts.append([socket.receivedBytes, socket.queuedBytes])
                }
            }
        }
        try withServer(configure: configure) { port, heard, _ in
            let client = try LoopbackSocket(port: port)
            client.send("0123456789")
            #expect(client.readText(count: 17) == "0123456789!shared")
            #expect(client.isAtEnd)
            client.finishSending()
            #expect(heard.wait(for: 2) == [.received("0123456789"), .closed(.closed)])
            #expect(counts.all == [[10, 17]])
        }
    }

    @Test func `output of one turn leaves in one piece and in order`() throws {
        let large = [UInt8](repeating: 0x61, count: 5000)
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, _ in
            scribe.onReceived = { socket, _ in
                for number in 0..<200 {
                    socket.send(Array("\(number),".utf8))
                    if number % 50 == 49 { socket.send(large) }
                }
                #expect(socket.sentBytes == 0, "nothing leaves before the turn's end")
            }
        }
        var expected: [UInt8] = []
        for number in 0..<200 {
            expected += Array("\(number),".utf8)
            if number % 50 == 49 { expected += large }
        }
        try withServer(configure: configure) { port, _, _ in
            let client = try LoopbackSocket(port: port)
            client.send("go")
            #expect(client.read(count: expected.count) == expected)
        }
    }

    @Test func `a slow reader meets the marks and gets everything`() throws {
        let total = 24 << 20
        let peak = Record<Int>()
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, _ in
            var left = total
            let chunk = [UInt8](repeating: 0x62, count: 64 << 10)
            func fill(_ socket: StreamSocket) {
                while left > 0, !socket.isAboveHighWater {
                    socket.send(chunk)
                    left -= chunk.count
                }
                peak.append(socket.queuedBytes)
                if left == 0 { socket.close() }
            }
            scribe.onReceived = { socket, _ in fill(socket) }
            scribe.onDrained = { socket in fill(socket) }
        }
        try withServer(configure: configure) { port, heard, _ in
            let client = try LoopbackSocket(port: port)
            client.send("go")
            _ = peak.wait(for: 1)
            #expect(client.read(count: total).count == total)
            #expect(client.isAtEnd)
            client.finishSending()
            let all = heard.wait("the end") { $0.contains(.closed(.closed)) }
            #expect(all.contains(.drained))
            #expect(peak.all.allSatisfy { $0 <= (256 + 64) << 10 })
        }
    }

    @Test func `a paused reader makes the peer wait and loses nothing`() throws {
        let sockets = Record<LoopBound<StreamSocket>>()
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { _, socket in
            socket.isReadingPaused = true
            sockets.append(LoopBound(socket, on: socket.loop))
        }
        try withServer(configure: configure) { port, heard, thread in
            let client = try LoopbackSocket(port: port)
            client.send("waits")
            let socket = sockets.wait(for: 1)[0]
            thread.perform { _ in }
            #expect(heard.all.isEmpty)
            thread.perform { _ in socket.value.isReadingPaused = false }
            #expect(heard.wait(for: 1) == [.received("waits")])
        }
    }

    @Test func `a half-closed peer still gets its answer`() throws {
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, _ in
            scribe.onEnd = { socket in
                socket.send(Array("late answer".utf8))
                socket.close()
            }
        }
        try withServer(configure: configure) { port, heard, _ in
            let client = try LoopbackSocket(port: port)
            client.send("question")
            client.finishSending()
            #expect(client.readText(count: 100) == "late answer")
            #expect(heard.wait(for: 3) == [.received("question"), .end, .closed(.closed)])
        }
    }

    @Test func `a reset is told once`() throws {
        try withServer(configure: { _, _ in }) { port, heard, thread in
            let client = try LoopbackSocket(port: port)
            client.send("hello")
            _ = heard.wait(for: 1)
            client.reset()
            #expect(heard.wait(for: 2) == [.received("hello"), .closed(.reset)])
            #expect(thread.perform { $0.registeredCount } == 1, "only the listener is left")
        }
    }

    @Test func `writing to a peer that has gone ends the connection`() throws {
        let sockets = Record<LoopBound<StreamSocket>>()
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { _, socket in
            socket.isReadingPaused = true
            sockets.append(LoopBound(socket, on: socket.loop))
        }
        try withServer(configure: configure) { port, heard, thread in
            var client: LoopbackSocket? = try LoopbackSocket(port: port)
            let socket = sockets.wait(for: 1)[0]
            withExtendedLifetime(client) {}
            client = nil
            while heard.all.isEmpty {
                thread.perform { _ in socket.value.send([UInt8](repeating: 0, count: 100)) }
            }
            #expect(heard.wait(for: 1) == [.closed(.reset)])
        }
    }

    @Test func `aborting resets at once and is told after the call`() throws {
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, _ in
            scribe.onReceived = { socket, _ in
                socket.send(Array("never sent".utf8))
                socket.abort()
                #expect(!socket.isOpen)
                #expect(scribe.heard.all.count == 1, "not from within the call")
            }
        }
        try withServer(configure: configure) { port, heard, _ in
            let client = try LoopbackSocket(port: port)
            client.send("x")
            #expect(client.read(count: 100).isEmpty)
            #expect(heard.wait(for: 2) == [.received("x"), .closed(.aborted)])
        }
    }

    @Test func `closing does not destroy an answer that the peer has not read`() throws {
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { scribe, _ in
            scribe.onReceived = { socket, _ in
                socket.send(Array("413".utf8))
                socket.close()
            }
        }
        try withServer(configure: configure) { port, _, _ in
            let client = try LoopbackSocket(port: port)
            // The peer goes on sending what nobody wants.
            for _ in 0..<50 { client.send(String(repeating: "z", count: 10_000)) }
            #expect(client.readText(count: 3) == "413")
            #expect(client.isAtEnd)
        }
    }

    @Test func `the end of the loop closes connections and tells their users`() throws {
        let heard = Record<Heard>()
        let listening = try ListeningSocket.bind(host: "127.0.0.1", port: 0, count: 1)[0]
        let thread = try LoopThread(index: 0, name: "test loop")
        try thread.perform { (loop) throws(NetworkError) in
            _ = try Listener(listening, on: loop) { $0.delegate = Scribe(heard) }
        }
        let client = try LoopbackSocket(port: listening.port)
        client.send("x")
        _ = heard.wait(for: 1)
        thread.stop()
        thread.join()
        #expect(heard.all == [.received("x"), .closed(.loopEnded)])
        #expect(client.isAtEnd)
    }
}

@Suite struct OutputQueueTests {
    /// Every way of cutting the output into writes gives the same bytes.
    @Test(arguments: 1...40)
    func `whatever the kernel takes, order is kept`(step: Int) throws {
        var queue = OutputQueue()
        var expected: [UInt8] = []
        var taken: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: step)
        for number in 0..<300 {
            let piece = [UInt8](repeating: UInt8(number % 251), count: number % 37)
            switch number % 3 {
            case 0: queue.append(piece)
            case 1: queue.append(shared: piece)
            default: queue.append { $0.append(contentsOf: piece) }
            }
            expected += piece
            let copied = unsafe buffer.withUnsafeMutableBytes { unsafe queue.copyFront(to: $0) }
            let count = try #require(copied)
            taken += buffer[..<count]
            queue.consume(count)
        }
        while !queue.isEmpty {
            let copied = unsafe buffer.withUnsafeMutableBytes { unsafe queue.copyFront(to: $0) }
            let count = try #require(copied)
            taken += buffer[..<count]
            queue.consume(count)
        }
        #expect(taken == expected)
        #expect(queue.byteCount == 0)
    }

    @Test func `an empty queue gives its storage away and takes another`() throws {
        var queue = OutputQueue()
        let nothing = queue.takeTail()
        #expect(nothing == nil)
        queue.append([1, 2, 3])
        let early = queue.takeTail()
        #expect(early == nil, "bytes wait")
        queue.consume(3)
        let taken = queue.takeTail()
        let storage = try #require(taken)
        #expect(storage.isEmpty && storage.capacity >= 3)
        queue.adoptTail(storage)
        queue.append([4])
        #expect(queue.byteCount == 1)
    }
}
