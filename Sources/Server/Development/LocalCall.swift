import Addresses
import HTTP

/// Who sits at the machine that serves: the only one whom the conveniences of `apus dev` are for.
///
/// Judged by the address that the connection comes from, or that a trusted proxy names, and by the
/// name that was asked for: a page that has a name of its own lead to this machine (DNS rebinding)
/// asks for that one. What came through a proxy is from anywhere.
enum LocalCall {
    static func isMade(by request: Request) -> Bool {
        IPAddress(request.peer.address)?.isLoopback == true
            && host(of: request.head) != nil && !isForwarded(request.head)
    }

    /// The name and port that a request asks for, provided that it is this machine's own for
    /// everybody: `localhost:54321`, `127.0.0.1`, `notes.localhost`, `[::1]:80`. Holds nothing that
    /// would have to be escaped anywhere.
    static func host(of head: RequestHead) -> String? {
        guard let host = head.field("host")?.lowercased(), host.utf8.allSatisfy(isPlain) else {
            return nil
        }
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            let isPort = isPort(host[host.index(after: end)...])
            let address = IPAddress(String(host[..<end].dropFirst()))
            return isPort && address?.isLoopback == true ? host : nil
        }
        let end = host.firstIndex(of: ":") ?? host.endIndex
        let name = String(host[..<end])
        let isLocal =
            name == "localhost" || name.hasSuffix(".localhost")
            || IPAddress(name)?.isLoopback == true
        return isLocal && isPort(host[end...]) ? host : nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["),
            UInt8(ascii: "]"):
            true
        default: false
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty
            || text.first == ":" && !text.dropFirst().isEmpty
                && text.dropFirst().utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    /// Whether a proxy has had it: those that say so, and those that speak HTTP/1.0 as nginx does
    /// unless it is told otherwise.
    private static func isForwarded(_ head: RequestHead) -> Bool {
        head.minorVersion == 0 || traces.contains { head.fieldBytes($0) != nil }
    }

    private static let traces: [StaticString] = [
        "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
        "x-client-ip", "true-client-ip", "cf-connecting-ip", "via",
    ]
}
