import CLinux
import Glibc

/// A socket that is bound and listens, and waits to be given to a loop.
///
/// Binding happens before any loop runs, so that "port in use" is told to the person who starts
/// the server. Every loop gets its own socket on the one port (`SO_REUSEPORT`): the kernel
/// spreads connections, and loops share nothing.
public final class ListeningSocket: Sendable {
    /// The port, also when 0 was asked for.
    public let port: Int
    let descriptor: Int32

    private init(adopting descriptor: Int32) throws(NetworkError) {
        self.descriptor = descriptor
        do throws(NetworkError) {
            port = try SocketAddress.local(of: descriptor).port
        } catch {
            closeDescriptor(descriptor)
            throw error
        }
    }

    deinit { closeDescriptor(descriptor) }

    /// Binds `count` sockets to one address and begins to listen. Port 0 lets the kernel choose.
    ///
    /// The first is bound without `SO_REUSEPORT`, so another server on the port, of ours or not, is
    /// `addressInUse` even though both would be willing to share; it joins the group afterwards.
    /// Throws what `NetworkError` names.
    public static func bind(
        host: String, port: Int, count: Int
    ) throws(NetworkError) -> [ListeningSocket] {
        precondition(count > 0, "a server listens at least once")
        let first = try open(address(host: host, port: port), host: host, shared: false)
        guard count > 1 else { return [first] }
        try setOption(first.descriptor, level: SOL_SOCKET, name: SO_REUSEPORT, value: 1)
        let address = try SocketAddress(host: host, port: first.port)
        var sockets = [first]
        while sockets.count < count { sockets.append(try open(address, host: host, shared: true)) }
        return sockets
    }

    /// The address to bind to. Who may connect is never guessed: `0` and other spellings of every
    /// interface are refused, but for the two that people know.
    private static func address(host: String, port: Int) throws(NetworkError) -> SocketAddress {
        let address = try SocketAddress(host: host, port: port)
        let spellings = ["0.0.0.0", "::"]
        guard !spellings.contains(address.host) || spellings.contains(host) else {
            throw .everyInterface(host: host)
        }
        return address
    }

    private static func open(
        _ address: SocketAddress, host: String, shared: Bool
    ) throws(NetworkError) -> ListeningSocket {
        let descriptor = socket(address.family, SocketFlags.stream, 0)
        if descriptor < 0 { throw .last("socket") }
        do throws(NetworkError) {
            try configure(descriptor, family: address.family, shared: shared)
            let bound = unsafe address.withPointer { unsafe Glibc.bind(descriptor, $0, $1) }
            if bound != 0 || listen(descriptor, NetworkLimits.backlog) != 0 {
                throw refusal(host: host, port: address.port)
            }
        } catch {
            closeDescriptor(descriptor)
            throw error
        }
        return try ListeningSocket(adopting: descriptor)
    }

    /// Linux copies the options to every accepted socket, which saves a call per connection.
    private static func configure(
        _ descriptor: Int32, family: Int32, shared: Bool
    ) throws(NetworkError) {
        try setOption(descriptor, level: SOL_SOCKET, name: SO_REUSEADDR, value: 1)
        if shared { try setOption(descriptor, level: SOL_SOCKET, name: SO_REUSEPORT, value: 1) }
        if family == AF_INET6 {
            try setOption(descriptor, level: Int32(IPPROTO_IPV6), name: IPV6_V6ONLY, value: 0)
        }
        try setStreamOptions(of: descriptor)
    }

    private static func refusal(host: String, port: Int) -> NetworkError {
        switch errno {
        case EADDRINUSE: .addressInUse(host: host, port: port)
        case EADDRNOTAVAIL: .addressNotAvailable(host: host)
        case EACCES: .permissionDenied(port: port)
        default: .last("bind")
        }
    }
}
