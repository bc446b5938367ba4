import Foundation
import CLinux
import Glibc
import Network
import Synchronization
import Testing

/// A loop on a thread of its own, stopped and joined when the test's closure returns.
func withLoop(_ body: (LoopThread) throws -> Void) throws {
    let thread = try LoopThread(index: 0, name: "test loop")
    defer {
        thread.stop()
        thread.join()
    }
    try body(thread)
}

/// A list that several threads append to.
final class Record<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    func append(_ element: Element) { elements.withLock { $0.append(element) } }

    var all: [Element] { elements.withLock { $0 } }

    /// Waits until there are `count` elements, and returns them. Gives up after ten seconds.
    func wait(for count: Int) -> [Element] {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            let seen = all
            if seen.count >= count { return seen }
            usleep(500)
        }
        Issue.record("only \(all.count) of \(count) came")
        return all
    }
}

/// The other end of a connection: blocking calls with a time limit.
final class Client {
    let descriptor: Int32

    init(
        port: Int, family: Int32 = AF_INET, beforeConnecting: (Int32) -> Void = { _ in }
    ) throws {
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        beforeConnecting(descriptor)
        var result: Int32
        if family == AF_INET6 {
            var address = sockaddr_in6()
            address.sin6_family = UInt16(AF_INET6)
            address.sin6_port = UInt16(port).bigEndian
            address.sin6_addr = in6addr_loopback
            result = unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = UInt16(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            result = unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        try #require(result == 0, "connect: \(errno)")
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        #expect(count == bytes.count)
    }

    /// Reads up to `count` bytes, or to the end of the stream.
    func receive(_ count: Int) -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while received.count < count {
            let got = unsafe recv(descriptor, &buffer, min(buffer.count, count - received.count), 0)
            if got <= 0 { break }
            received += buffer[..<got]
        }
        return received
    }

    func receiveText(_ count: Int) -> String { String(decoding: receive(count), as: UTF8.self) }

    /// Whether the peer has ended its direction and nothing is left to read.
    var isAtEnd: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, 0) == 0
    }

    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection with a reset, as a crashed peer's kernel does.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        shutdown(descriptor, Int32(SHUT_RD))
        var address = sockaddr()
        address.sa_family = UInt16(AF_UNSPEC)
        unsafe connect(descriptor, &address, socklen_t(MemoryLayout<sockaddr>.size))
    }
}

/// What a delegate was told, in order.
enum Heard: Hashable, Sendable {
    case received(String)
    case end
    case drained
    case closed(CloseReason)
}

/// A delegate that writes down what it hears and does what the test wants.
final class Scribe: StreamSocketDelegate {
    let heard: Record<Heard>
    var onReceived: ((StreamSocket, [UInt8]) -> Void)?
    var onEnd: ((StreamSocket) -> Void)?
    var onDrained: ((StreamSocket) -> Void)?

    init(_ heard: Record<Heard>) { self.heard = heard }

    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        for index in bytes.indices { copy.append(bytes[index]) }
        heard.append(.received(String(decoding: copy, as: UTF8.self)))
        onReceived?(socket, copy)
    }

    func socketReachedEnd(_ socket: StreamSocket) {
        heard.append(.end)
        onEnd?(socket)
    }

    func socketDrained(_ socket: StreamSocket) {
        heard.append(.drained)
        onDrained?(socket)
    }

    func socketClosed(_ socket: StreamSocket, reason: CloseReason) {
        heard.append(.closed(reason))
    }
}

/// A loop that listens; each connection gets a scribe that `configure` sets up.
func withServer(
    tls: TLSContext? = nil, host: String = "127.0.0.1",
    configure: @escaping @Sendable (Scribe, StreamSocket) -> Void,
    _ body: (Int, Record<Heard>, LoopThread) throws -> Void
) throws {
    let heard = Record<Heard>()
    let listening = try #require(try ListeningSocket.bind(host: host, port: 0, count: 1).first)
    let port = listening.port
    try withLoop { thread in
        try thread.perform { (loop) throws(NetworkError) in
            _ = try Listener(listening, on: loop, tls: tls) { socket in
                let scribe = Scribe(heard)
                socket.delegate = scribe
                configure(scribe, socket)
            }
        }
        try body(port, heard, thread)
    }
}
