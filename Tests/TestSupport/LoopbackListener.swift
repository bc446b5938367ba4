import Glibc
import Testing

/// A blocking listener on this machine that can misbehave: it takes connections when it is told to,
/// and none at all when it is full.
public final class LoopbackListener {
    /// The port; 0 for a Unix socket.
    public let port: Int
    private let descriptor: Int32
    private let family: Int32
    /// Who fills the queue.
    private var fillers: [Int32] = []

    /// Listens on an address of this machine, such as `127.0.0.2`; port 0 lets the kernel choose.
    ///
    /// - Parameter backlog: nil holds the port and refuses everybody.
    public convenience init(
        host: String = "127.0.0.1", port: Int = 0, backlog: Int32? = 16
    ) throws {
        if host.contains(":") {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(port).bigEndian
            unsafe inet_pton(AF_INET6, host, &address.sin6_addr)
            try unsafe self.init(AF_INET6, &address, MemoryLayout<sockaddr_in6>.size, backlog)
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            unsafe inet_pton(AF_INET, host, &address.sin_addr)
            try unsafe self.init(AF_INET, &address, MemoryLayout<sockaddr_in>.size, backlog)
        }
    }

    /// Listens on a Unix socket; a path that begins with `@` is abstract.
    public convenience init(path: String, backlog: Int32 = 16) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if path.hasPrefix("@") { bytes[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let end = path.hasPrefix("@") ? 0 : 1
        try unsafe self.init(AF_UNIX, &address, 2 + bytes.count + end, backlog)
    }

    private init(
        _ family: Int32, _ address: UnsafeMutableRawPointer, _ length: Int, _ backlog: Int32?
    ) throws {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        self.family = family
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var size = socklen_t(length)
        let pointer = unsafe address.assumingMemoryBound(to: sockaddr.self)
        guard unsafe bind(descriptor, pointer, size) == 0,
            backlog.map({ listen(descriptor, $0) }) ?? 0 == 0
        else {
            close(descriptor)
            throw SocketFault.refused
        }
        var own = sockaddr_storage()
        size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutablePointer(to: &own) { own in
            unsafe own.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe _ = getsockname(descriptor, $0, &size)
            }
        }
        // At the same place in both families' structures.
        let bytes = unsafe withUnsafeBytes(of: own) { unsafe Array($0.prefix(4)) }
        port = family == AF_UNIX ? 0 : Int(bytes[2]) << 8 | Int(bytes[3])
    }

    deinit {
        close(descriptor)
        for filler in fillers { close(filler) }
    }

    /// Takes a connection; a fault if none comes in a minute.
    public func accept() throws -> LoopbackSocket {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw SocketFault.ended }
        return LoopbackSocket(adopting: accepted)
    }

    /// Fills its queue: from now on the kernel drops what asks to be connected over TCP, and tells
    /// those who ask at a Unix socket to come again. To be made with a backlog of 0.
    public func fill() {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe _ = getsockname(descriptor, address, &size)
                for _ in 0..<4 {
                    let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue
                    let filler = socket(family, Int32(kind), 0)
                    unsafe _ = connect(filler, address, size)
                    fillers.append(filler)
                }
            }
        }
    }
}
