import Bytes

/// The origin of a web page as browsers send it (RFC 6454 §6.2): a scheme, a host, and a port where
/// it is not the scheme's own, in lower case and ASCII, with nothing behind; or `null`.
///
/// Origins are compared as texts, so another spelling of one would never match.
enum WebOrigin {
    /// What a text of a list is when it is none: `any` page may call.
    static let any: Character = "*"

    private static let opaque = "null"
    private static let ports = ["http": "80", "https": "443", "ws": "80", "wss": "443"]
    private static let example = "'https://app.example.com'"

    /// What to say of a text that no browser sends, with what to write; nil when it is an origin.
    static func objection(to text: String) -> String? {
        if text == String(any) || text == opaque { return nil }
        guard let (reason, remedy) = fault(of: text) else { return nil }
        return "'\(text)' never matches: \(reason); write \(remedy)"
    }

    private static func fault(of text: String) -> (reason: String, remedy: String)? {
        if text.isEmpty { return ("it is empty", "one, such as \(example), or \(any) for any") }
        guard let parts = Parts(text) else {
            let guess = withScheme(text)
            return ("it has no scheme", fault(of: guess)?.remedy ?? "'\(guess)'")
        }
        if parts.scheme.lowercased() == "file" {
            return ("it has no host", "'\(opaque)', which browsers send for files")
        }
        if parts.host.isEmpty { return ("it has no host", "one, such as \(example)") }
        if text.contains(any) {
            return (
                "\(any) stands for no part of an origin",
                "each one by itself, such as '\(parts.instance.text)'"
            )
        }
        if !parts.host.utf8.allSatisfy({ $0 < 0x80 }) {
            return ("browsers send the ASCII form of a host", "that form, which begins with xn--")
        }
        return parts.text == text ? nil : (parts.reason, "'\(parts.text)'")
    }

    /// What was probably meant by a text without `://`: pages of one's own machine are not secured.
    private static func withScheme(_ text: String) -> String {
        for scheme in ["http", "https"] where text.lowercased().hasPrefix("\(scheme):") {
            return "\(scheme)://\(text.dropFirst(scheme.count + 1).drop { $0 == "/" })"
        }
        let host = text.drop { $0 == "/" }
        let isLocal = ["localhost", "127.", "[::1]"].contains { host.hasPrefix($0) }
        return "\(isLocal ? "http" : "https")://\(host)"
    }

    /// The parts of a text with a scheme. What an origin does not have is told apart from them.
    private struct Parts {
        let scheme: String
        let host: String
        /// Nil without a colon.
        let port: String?
        let hasUser: Bool
        let hasPath: Bool

        init?(_ text: String) {
            guard let mark = text.firstIndex(of: ":"), mark > text.startIndex,
                text[mark...].hasPrefix("://")
            else { return nil }
            scheme = String(text[..<mark])
            let rest = text[mark...].dropFirst(3)
            let authority = rest.prefix { !"/?#\\".contains($0) }
            hasPath = authority.endIndex < rest.endIndex
            let place = authority.split(separator: "@", omittingEmptySubsequences: false)
            hasUser = place.count > 1
            let address = place.last ?? ""
            // The colons of an IPv6 address stand in brackets.
            let colon = address.lastIndex(of: ":").flatMap { colon in
                address[colon...].contains("]") ? nil : colon
            }
            host = String(address[..<(colon ?? address.endIndex)])
            port = colon.map { String(address[address.index(after: $0)...]) }
        }

        private init(scheme: String, host: String, port: String?) {
            self.scheme = scheme
            self.host = host
            self.port = port
            hasUser = false
            hasPath = false
        }

        /// One of the origins that somebody meant who has written wildcards.
        var instance: Parts {
            Parts(
                scheme: scheme == String(any) ? "https" : scheme,
                host: host.map { $0 == any ? "app" : String($0) }.joined(),
                port: port == String(any) ? "3000" : port)
        }

        /// As a browser sends it.
        var text: String {
            let bare = "\(scheme)://\(host)".lowercased()
            return hasPortOfItsOwn ? "\(bare):\(port ?? "")" : bare
        }

        private var isPortNumber: Bool { port.flatMap(UInt16.init).map { "\($0)" } == port }

        private var hasPortOfItsOwn: Bool {
            port != nil && isPortNumber && port != ports[scheme.lowercased()]
        }

        /// Why a text is not as a browser sends it.
        var reason: String {
            if hasUser { return "browsers send no user" }
            if hasPath { return "browsers send nothing behind the host" }
            if let port, !port.isEmpty, !isPortNumber { return "its port is no number up to 65535" }
            if port != nil && !hasPortOfItsOwn { return "browsers leave out a scheme's own port" }
            return "browsers send it in lower case"
        }
    }
}
