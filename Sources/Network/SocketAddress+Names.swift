import CLinux
import Glibc

extension SocketAddress {
    /// All addresses of a name, with port 0, in the order of RFC 6724: the C library sorts them.
    /// Asks the system's files and name servers, and may block for as long as they like.
    ///
    /// `AI_ADDRCONFIG` is not set: it hides `::1` and `127.0.0.1` on a machine without a network,
    /// and an address of a family that is not to be had fails at once anyway.
    ///
    /// The corresponding C function is `getaddrinfo`.
    static func all(
        of name: String, flags: Int32 = 0
    ) -> Result<[SocketAddress], LookUpFailure> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = flags
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(name, nil, &hints, &found)
        guard code == 0 else { return .failure(LookUpFailure(code: code)) }
        defer { unsafe freeaddrinfo(found) }
        var addresses: [SocketAddress] = []
        var next = unsafe found
        while let entry = unsafe next, addresses.count < NetworkLimits.addressesPerName {
            if let pointer = unsafe entry.pointee.ai_addr {
                let address = unsafe SocketAddress(
                    copying: pointer, length: entry.pointee.ai_addrlen)
                if !addresses.contains(address) { addresses.append(address) }
            }
            unsafe next = entry.pointee.ai_next
        }
        return .success(addresses)
    }

    /// The address that a text is, rather than names, in any of the forms of `inet_aton` and
    /// `inet_pton`, with or without brackets; nil if it is none. Asks nobody.
    init?(numericHost host: String, port: Int) {
        let bare = withoutBrackets(host)
        guard !bare.utf8.contains(0),
            case .success(let addresses) = SocketAddress.all(of: bare, flags: AI_NUMERICHOST),
            let first = addresses.first
        else { return nil }
        self = first.with(port: port)
    }

    /// The address of a Unix socket. A path that begins with `@` is a name of the abstract
    /// namespace, as libpq has it.
    ///
    /// - Throws: `invalidSocketPath`.
    init(unixPath path: String) throws(NetworkError) {
        var bytes = Array(path.utf8)
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let room = MemoryLayout<sockaddr_un>.size - offset
        guard let first = bytes.first, bytes.count < room, !bytes.contains(0) else {
            throw .invalidSocketPath(path)
        }
        let isAbstract = first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 } else { bytes.append(0) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address) { target in
            for (index, byte) in bytes.enumerated() { unsafe target[offset + index] = byte }
        }
        self = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe SocketAddress(copying: $0, length: socklen_t(offset + bytes.count))
            }
        }
    }
}

extension [SocketAddress] {
    /// The families in turn, beginning with that of the first address; the order within a family
    /// stays (RFC 8305 §4).
    func alternatingFamilies() -> [SocketAddress] {
        guard let family = first?.family else { return [] }
        let preferred = filter { $0.family == family }
        let others = filter { $0.family != family }
        var result: [SocketAddress] = []
        for index in 0..<Swift.max(preferred.count, others.count) {
            if index < preferred.count { result.append(preferred[index]) }
            if index < others.count { result.append(others[index]) }
        }
        return result
    }
}

/// An IPv6 address as URLs write it, without its brackets.
func withoutBrackets(_ host: String) -> String {
    host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
}
