import CLinux
import Diagnostics
import Glibc

/// An address as the kernel keeps it: IPv4 or IPv6 with a port, or that of a Unix socket.
struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    var family: Int32 { Int32(storage.ss_family) }

    /// The address in a form people write: `127.0.0.1`, `::1`. An IPv4 peer of a socket for both
    /// families (`::ffff:127.0.0.1`) is written as the IPv4 address it is.
    var host: String {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = unsafe withPointer { pointer, length in
            unsafe getnameinfo(
                pointer, length, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        }
        guard result == 0 else { return "unknown" }
        let text = String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
    }

    /// `host`; nil for the address of a Unix socket, which is its path.
    var shownHost: String? { family == AF_UNIX ? nil : host }

    /// The port, 0 if the family has none.
    var port: Int {
        unsafe withUnsafeBytes(of: storage) { bytes in
            Int(
                UInt16(
                    bigEndian: unsafe bytes.load(
                        fromByteOffset: SocketAddress.portOffset, as: UInt16.self)))
        }
    }

    private static let portOffset = MemoryLayout<sockaddr_in>.offset(of: \.sin_port) ?? 2

    /// The first address `host` resolves to. Brackets around an IPv6 address are allowed.
    init(host: String, port: Int) throws(NetworkError) {
        guard (0...65535).contains(port) else { throw .invalidPort(port) }
        switch SocketAddress.all(of: withoutBrackets(host), flags: AI_PASSIVE) {
        case .success(let addresses):
            guard let first = addresses.first else {
                throw .unresolvable(host: host, reason: "no address")
            }
            self = first.with(port: port)
        case .failure(let failure):
            throw .unresolvable(host: host, reason: failure.reason)
        }
    }

    init() {}

    /// What the kernel or the resolver has written.
    init(copying pointer: UnsafePointer<sockaddr>, length: socklen_t) {
        self.length = min(length, self.length)
        let count = Int(self.length)
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: count))
        }
    }

    /// The address with another port, which lies at the same place in both families' structures.
    func with(port: Int) -> SocketAddress {
        guard family == AF_INET || family == AF_INET6 else { return self }
        var other = self
        unsafe withUnsafeMutableBytes(of: &other.storage) { bytes in
            unsafe bytes.storeBytes(
                of: UInt16(truncatingIfNeeded: port).bigEndian,
                toByteOffset: SocketAddress.portOffset, as: UInt16.self)
        }
        return other
    }

    /// The address a bound socket has. The corresponding C function is `getsockname`.
    static func local(of descriptor: Int32) throws(NetworkError) -> SocketAddress {
        var address = SocketAddress()
        let result = unsafe address.withMutablePointer { unsafe getsockname(descriptor, $0, $1) }
        if result != 0 { throw .last("getsockname") }
        return address
    }

    /// The address a connected socket leads to. The corresponding C function is `getpeername`.
    static func peer(of descriptor: Int32) throws(NetworkError) -> SocketAddress {
        var address = SocketAddress()
        let result = unsafe address.withMutablePointer { unsafe getpeername(descriptor, $0, $1) }
        if result != 0 { throw .last("getpeername") }
        return address
    }

    /// Takes a connection from a listening socket: non-blocking, closed on exec. -1 leaves `errno`.
    static func accept(from listener: Int32) -> (descriptor: Int32, peer: SocketAddress) {
        var peer = SocketAddress()
        let descriptor = unsafe peer.withMutablePointer { pointer, length in
            uninterrupted { unsafe accept4(listener, pointer, length, SocketFlags.accepted) }
        }
        return (descriptor, peer)
    }

    func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, length)
            }
        }
    }

    private mutating func withMutablePointer<R>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> R
    ) -> R {
        unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe withUnsafeMutablePointer(to: &length) { length in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe body($0, length)
                }
            }
        }
    }
}

extension SocketAddress: Equatable {
    static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        guard left.length == right.length else { return false }
        return unsafe withUnsafeBytes(of: left.storage) { bytes in
            unsafe withUnsafeBytes(of: right.storage) { others in
                unsafe bytes.prefix(Int(left.length)).elementsEqual(others.prefix(Int(left.length)))
            }
        }
    }
}

/// Flags of the kernel that Swift imports as enums.
enum SocketFlags {
    static let accepted = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    static let stream = Int32(SOCK_STREAM.rawValue) | accepted
}
