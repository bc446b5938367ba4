public import Addresses
public import HTTP

/// The proxies whose word counts on where a request comes from, and the field in which they say it.
/// What anybody else writes there is not read.
public struct TrustedProxies: Hashable, Sendable {
    private let ranges: [AddressRange]
    private let field: ForwardedField

    /// Proxies by their addresses; none are trusted where there are none.
    public init(_ ranges: [AddressRange] = [], field: ForwardedField = .xForwardedFor) {
        self.ranges = ranges
        self.field = field
    }

    /// Whether a connection is a proxy's.
    public func include(_ peer: Peer) -> Bool {
        !ranges.isEmpty && IPAddress(peer.address).map(trusts) ?? false
    }

    /// Whom a proxy has sent a request for: the last address of the field that is no trusted
    /// proxy's. Each proxy has written down who called it, so that all behind that one is true;
    /// what stands before it is the client's own tale. An entry that names no address ends the
    /// search: then it is the proxy that wrote it.
    public func client(of head: RequestHead, from proxy: Peer) -> Peer {
        var nearest = proxy
        for entry in entries(head).reversed().prefix(Self.entriesMax) {
            guard let text = Self.address(in: entry), let address = IPAddress(text) else { break }
            nearest = Peer("\(address)")
            guard trusts(address) else { break }
        }
        return nearest
    }

    /// More proxies than stand behind one another anywhere.
    private static let entriesMax = 32

    private func trusts(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// What the field's lines say of one call after the other, the client's first.
    private func entries(_ head: RequestHead) -> [String] {
        switch field {
        case .xForwardedFor: head.fields("x-forwarded-for").flatMap { Self.parts($0, at: ",") }
        case .forwarded:
            head.fields("forwarded").flatMap { Self.parts($0, at: ",") }.map { element in
                let pairs = Self.parts(element, at: ";").map { Self.parts($0, at: "=") }
                let node = pairs.first { $0.count == 2 && $0[0].lowercased() == "for" }
                return node?[1] ?? ""
            }
        }
    }

    /// The address of an entry, which may have a port: `203.0.113.7`, `203.0.113.7:1234`,
    /// `2001:db8::1`, `"[2001:db8::1]:1234"`.
    private static func address(in entry: String) -> String? {
        var node = Substring(entry)
        if node.count > 1, node.first == "\"", node.last == "\"" {
            node = node.dropFirst().dropLast()
        }
        if node.first == "[" {
            return node.firstIndex(of: "]").map { String(node[..<$0].dropFirst()) }
        }
        guard let colon = node.firstIndex(of: ":"), node.lastIndex(of: ":") == colon else {
            return String(node)
        }
        return String(node[..<colon])
    }

    /// The parts between separators that stand in no quotes (RFC 9110 §5.6.4), trimmed.
    private static func parts(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == separator, !isQuoted {
                parts.append("")
            } else if isQuoted || character != " " && character != "\t" {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }
}
