import CLinux
import Diagnostics
import Glibc

/// An IPv4 or IPv6 address with its port, as the kernel keeps it.
struct SocketAddress {
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

    /// The port, 0 if the family has none. It lies at the same place in both families' structures.
    var port: Int {
        unsafe withUnsafeBytes(of: storage) { bytes in
            let offset = MemoryLayout<sockaddr_in>.offset(of: \.sin_port) ?? 2
            return Int(
                UInt16(bigEndian: unsafe bytes.load(fromByteOffset: offset, as: UInt16.self)))
        }
    }

    /// The first address `host` resolves to. Brackets around an IPv6 address are allowed.
    init(host: String, port: Int) throws(NetworkError) {
        guard (0...65535).contains(port) else { throw .invalidPort(port) }
        let bare =
            host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = unsafe getaddrinfo(bare, String(port), &hints, &found)
        guard result == 0, let first = unsafe found else {
            let reason =
                unsafe gai_strerror(result).map { unsafe String(cString: $0) } ?? "no address"
            throw .unresolvable(host: host, reason: reason)
        }
        defer { unsafe freeaddrinfo(found) }
        length = unsafe first.pointee.ai_addrlen
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(
                from: UnsafeRawBufferPointer(start: first.pointee.ai_addr, count: Int(length)))
        }
    }

    private init() {}

    /// The address a bound socket has. The corresponding C function is `getsockname`.
    static func local(of descriptor: Int32) throws(NetworkError) -> SocketAddress {
        var address = SocketAddress()
        let result = unsafe address.withMutablePointer { unsafe getsockname(descriptor, $0, $1) }
        if result != 0 { throw .last("getsockname") }
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

/// Flags of the kernel that Swift imports as enums.
enum SocketFlags {
    static let accepted = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    static let stream = Int32(SOCK_STREAM.rawValue) | accepted
}
