public import Glibc

/// Why a connection of a test did not do what it should.
public enum SocketFault: Error {
    /// The server does not take the connection, or what was asked for over it.
    case refused
    /// The stream ended, or fell silent for a minute, before what was waited for.
    case ended
}

/// A blocking connection to a server on this machine, over TCP or a Unix socket, which can
/// misbehave. Every wait ends after a minute, so that a missing answer fails a test instead of
/// hanging it.
public final class LoopbackSocket {
    /// The socket; -1 once it is closed.
    public private(set) var descriptor: Int32
    /// Whether the peer has reset the connection.
    public private(set) var wasReset = false
    private var buffer: [UInt8] = []

    /// Connects.
    ///
    /// - Parameters:
    ///   - family: `AF_INET` or `AF_INET6`.
    ///   - receiveBufferBytes: how much the kernel takes before it tells the peer to wait.
    ///   - beforeConnecting: what is done with the socket before it connects.
    public init(
        port: Int, family: Int32 = AF_INET, receiveBufferBytes: Int32? = nil,
        beforeConnecting: (Int32) -> Void = { _ in }
    ) throws {
        descriptor = socket(family, Self.streamType, 0)
        Self.limitWaits(of: descriptor)
        if var size = receiveBufferBytes {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
        }
        beforeConnecting(descriptor)
        let isConnected =
            family == AF_INET6 ? Self.connect6(descriptor, port) : Self.connect4(descriptor, port)
        guard isConnected else {
            close()
            throw SocketFault.refused
        }
    }

    /// Connects to another address of this machine, an IPv4 one, from which it then comes.
    public init(address: String, port: Int) throws {
        descriptor = socket(AF_INET, Self.streamType, 0)
        Self.limitWaits(of: descriptor)
        guard unsafe Self.connect4(descriptor, port, inet_addr(address)) else {
            close()
            throw SocketFault.refused
        }
    }

    /// Connects to a Unix socket.
    public init(path: String) throws {
        descriptor = socket(AF_UNIX, Self.streamType, 0)
        Self.limitWaits(of: descriptor)
        guard Self.connectLocally(descriptor, path) else {
            close()
            throw SocketFault.refused
        }
    }

    /// Takes over a connected descriptor.
    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        Self.limitWaits(of: descriptor)
    }

    deinit { close() }

    /// Of no use to programs that are started meanwhile, which would hold the connection open.
    private static let streamType = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

    private static func limitWaits(of descriptor: Int32) {
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            unsafe setsockopt(
                descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    private static func connect4(
        _ descriptor: Int32, _ port: Int,
        _ host: in_addr_t = in_addr_t(0x7F00_0001).bigEndian
    ) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = host
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func connect6(_ descriptor: Int32, _ port: Int) -> Bool {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(port).bigEndian
        address.sin6_addr = in6addr_loopback
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }

    private static func connectLocally(_ descriptor: Int32, _ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // The last byte stays zero.
        let size = MemoryLayout.size(ofValue: address.sun_path) - 1
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            unsafe place.copyBytes(from: path.utf8.prefix(size))
        }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    // MARK: Ending

    /// Ends the connection in order.
    public func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Vanishes with a reset, as a crashed peer's kernel does.
    public func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    /// Ends the sending half.
    public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    // MARK: Sending

    /// Sends all of it, or as much as the peer takes before it is gone; how much that was.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { break }
            sent += count
        }
        return sent
    }

    /// Sends text.
    public func send(_ text: String) { send(Array(text.utf8)) }

    // MARK: Receiving

    /// More bytes; false at the end of the stream, a reset, or after the time limit.
    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        if count > 0 { buffer += chunk[..<count] }
        if count < 0, errno == ECONNRESET { wasReset = true }
        return count > 0
    }

    /// Whether something has come that nobody has read.
    public var hasInput: Bool {
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
        let count = unsafe recv(descriptor, &byte, 1, flags)
        return !buffer.isEmpty || count > 0
    }

    private func take(_ count: Int) -> [UInt8] {
        let part = Array(buffer.prefix(count))
        buffer.removeFirst(part.count)
        return part
    }

    /// What comes next; nothing at the end of the stream.
    public func receive() -> [UInt8] {
        if buffer.isEmpty { _ = fill() }
        return take(buffer.count)
    }

    /// `count` bytes, or fewer where the stream ends.
    public func read(count: Int) -> [UInt8] {
        while buffer.count < count, fill() {}
        return take(count)
    }

    /// `count` bytes, or fewer where the stream ends; what follows them stays in the kernel, for
    /// whoever reads the descriptor next.
    public func readExactly(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe recv(descriptor, &bytes, count, Int32(MSG_WAITALL))
        return Array(bytes.prefix(max(0, got)))
    }

    /// `count` bytes of text, or fewer where the stream ends.
    public func readText(count: Int) -> String {
        String(decoding: read(count: count), as: UTF8.self)
    }

    /// The text up to and with `end`; nil where the stream ends before.
    public func readText(through end: String) -> String? {
        let mark = Array(end.utf8)
        var range = buffer.firstRange(of: mark)
        while range == nil, fill() { range = buffer.firstRange(of: mark) }
        return range.map { String(decoding: take($0.upperBound), as: UTF8.self) }
    }

    /// Everything up to the end of the stream.
    public func readToEnd() -> String {
        while fill() {}
        return String(decoding: take(buffer.count), as: UTF8.self)
    }

    /// Whether the peer has ended its direction in order and nothing is left to read.
    public var isAtEnd: Bool {
        guard buffer.isEmpty else { return false }
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK)) == 0
    }
}
