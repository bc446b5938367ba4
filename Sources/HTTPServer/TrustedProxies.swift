public import Addresses
public import HTTP

/// The proxies whose word counts on where a request comes from, and the field in which they say it.
/// What anybody else writes there is not read.
public struct TrustedProxies: Hashable, Sendable {
    private let ranges: [AddressRange]
    /// Where they say it.
    let field: ForwardedField

    /// Proxies by their addresses; none are trusted where there are none.
    public init(_ ranges: [AddressRange] = [], field: ForwardedField = .xForwardedFor) {
        self.ranges = ranges
        self.field = field
    }

    /// Whether a request has the field, whoever has written it.
    func isNamed(in head: RequestHead) -> Bool { head.fieldBytes(field.name) != nil }

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
        case .xForwardedFor:
            head.fields(field.name).flatMap {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            }
        case .forwarded:
            head.fields(field.name).flatMap { Self.parts($0, at: ",") }.map { element in
                let pairs = Self.parts(element, at: ";").map { Self.parts($0, at: "=") }
                let node = pairs.first { $0.count == 2 && $0[0].lowercased() == "for" }
                return node.map { Self.unquoted($0[1]) } ?? ""
            }
        }
    }

    /// The address of an entry, which may have a port: `203.0.113.7`, `203.0.113.7:1234`,
    /// `2001:db8::1`, `[2001:db8::1]:1234`. Nil with anything else in it.
    private static func address(in entry: String) -> String? {
        if entry.first == "[" {
            guard let end = entry.firstIndex(of: "]"),
                isPort(entry[entry.index(after: end)...])
            else { return nil }
            return String(entry[..<end].dropFirst())
        }
        guard let colon = entry.firstIndex(of: ":"), entry.lastIndex(of: ":") == colon else {
            return entry
        }
        return isPort(entry[colon...]) ? String(entry[..<colon]) : nil
    }

    /// Whether something behind an address is a port or nothing.
    private static func isPort(_ text: Substring) -> Bool {
        guard let colon = text.first else { return true }
        let digits = text.dropFirst()
        return colon == ":" && !digits.isEmpty
            && digits.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    /// The parts between separators that stand in no quotes (RFC 9110 §5.6.4), trimmed. Where a
    /// quotation mark is left open it is the client's, before which a proxy has written nothing
    /// and behind which it has: then none counts.
    private static func parts(_ text: String, at separator: Character) -> [String] {
        let isClosed = text.utf8.count { $0 == UInt8(ascii: "\"") }.isMultiple(of: 2)
        var isQuoted = false
        return text.split(omittingEmptySubsequences: false) { character in
            if character == "\"", isClosed { isQuoted.toggle() }
            return character == separator && !isQuoted
        }.map(trimmed)
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let end = text.lastIndex { !isBlank($0) }.map(text.index(after:)) ?? text.startIndex
        return String(text[..<end].drop(while: isBlank))
    }

    private static func unquoted(_ text: String) -> String {
        let isQuoted = text.count > 1 && text.first == "\"" && text.last == "\""
        return isQuoted ? String(text.dropFirst().dropLast()) : text
    }
}

extension ForwardedField {
    fileprivate var name: StaticString {
        switch self {
        case .xForwardedFor: "x-forwarded-for"
        case .forwarded: "forwarded"
        }
    }
}
