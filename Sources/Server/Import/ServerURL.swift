public import Configuration

/// Where a running server answers: `https://HOST:PORT`.
public struct ServerURL: Hashable, Sendable {
    /// The host and the port.
    public let address: ListenAddress
    /// Whether it speaks TLS.
    public let isSecure: Bool

    /// A server at an address.
    public init(_ address: ListenAddress, isSecure: Bool = false) {
        self.address = address
        self.isSecure = isSecure
    }

    /// Reads `http://HOST:PORT` or `https://HOST:PORT`, without a port for the scheme's own; nil
    /// when it is none.
    public init?(_ text: String) {
        for (scheme, port, isSecure) in [("http://", 80, false), ("https://", 443, true)] {
            guard text.hasPrefix(scheme) else { continue }
            let place = text.dropFirst(scheme.count)
            let bare = String(place.hasSuffix("/") ? place.dropLast() : place)
            guard let address = ListenAddress(bare) ?? ListenAddress("\(bare):\(port)") else {
                return nil
            }
            self.init(address, isSecure: isSecure)
            return
        }
        return nil
    }

    /// `https://[::1]:54321`
    public var text: String { address.url(port: address.port, isSecure: isSecure) }
}
