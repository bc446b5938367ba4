import Bytes

/// Where a server accepts connections.
public struct ListenAddress: Hashable, Sendable {
    /// An address without brackets, or a name that resolves to one.
    public var host: String
    /// 0…65535; 0 picks a free one.
    public var port: Int

    /// A place to listen at.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, an IPv6 address in brackets (RFC 3986 §3.2.2); nil when it is none.
    public init?(_ text: String) {
        guard let (host, port) = Self.parts(text), !Self.isMissing(host) else { return nil }
        self.init(host: host, port: port)
    }

    /// `[::1]:54321`.
    public var text: String { "\(bracketedHost):\(port)" }

    /// The URL of a server that listens here, at the port it has found: `http://[::1]:54321`.
    public func url(port: Int, isSecure: Bool) -> String {
        "\(isSecure ? "https" : "http")://\(bracketedHost):\(port)"
    }

    /// The same by an address that means the machine itself; nil where it listens at others alone.
    public func localURL(port: Int, isSecure: Bool) -> String? {
        switch host {
        case "0.0.0.0":
            ListenAddress(host: "127.0.0.1", port: port).url(port: port, isSecure: isSecure)
        case "::": ListenAddress(host: "::1", port: port).url(port: port, isSecure: isSecure)
        default: isOfThisMachine ? url(port: port, isSecure: isSecure) : nil
        }
    }

    /// Whether only programs on the same machine reach it.
    var isOfThisMachine: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    /// What to say of a text with a port and no host. Other programs take it for every interface;
    /// who did not mean that must not find out late.
    static func objection(to text: String) -> String? {
        guard let (host, port) = parts(text), isMissing(host) else { return nil }
        return "'\(text)' names no host: 127.0.0.1:\(port) is for this machine alone, "
            + "0.0.0.0:\(port) for every machine that can reach it"
    }

    private static func isMissing(_ host: String) -> Bool { host.isEmpty || host == "*" }

    private static func parts(_ text: String) -> (host: String, port: Int)? {
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard digits.utf8.allSatisfy(ASCII.isDigit), let port = Int(digits), port <= 65_535,
            let host = bareHost(colon.map { text[..<$0] } ?? "")
        else { return nil }
        return (host, port)
    }

    private static func bareHost(_ host: Substring) -> String? {
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 1
        let bare = isBracketed ? host.dropFirst().dropLast() : host
        let isClean = bare.utf8.allSatisfy { byte in
            byte > ASCII.space && byte < 0x7F && !"/[]@\\".utf8.contains(byte)
        }
        return isClean && (isBracketed || !bare.contains(":")) ? String(bare) : nil
    }
}
