import Bytes

/// What follows the scheme of a URI: `[user[:password]@][host[:port],…][/database][?key=value&…]`.
/// Every part is percent-decoded by itself, after the URI has been taken apart.
struct ConnectionURI {
    private var rest: Substring
    private var pairs: [(keyword: String, value: String)] = []
    /// Whether there is a password, or what may be one: what follows may be the rest of it then.
    private var mayHavePassword = false
    /// Whether a port is none.
    private var hasOddPort = false

    init(_ text: Substring) { rest = text }

    mutating func read() throws(ConnectionStringFault) -> [(keyword: String, value: String)] {
        try readUser()
        try readHosts()
        if rest.first == "/" {
            rest.removeFirst()
            let name = take(upTo: ["?"])
            if mayHavePassword, name.contains("@") { throw .misplaced }
            if !name.isEmpty { try add(.dbname, name) }
        }
        if rest.first == "?" {
            rest.removeFirst()
            try readParameters()
        }
        guard rest.isEmpty else { throw .badAddress(String(rest)) }
        return pairs
    }

    private mutating func take(upTo ends: Set<Character>) -> Substring {
        let part = rest.prefix { !ends.contains($0) }
        rest = rest[part.endIndex...]
        return part
    }

    private mutating func add(
        _ key: ConnectionKey, _ value: Substring
    ) throws(ConnectionStringFault) {
        pairs.append((key.rawValue, try Self.decode(value)))
    }

    /// A user ends with an `@` in front of the first `/` and `?`.
    private mutating func readUser() throws(ConnectionStringFault) {
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        mayHavePassword = authority.contains(":")
        guard let at = authority.firstIndex(of: "@") else { return }
        let info = rest[..<at]
        rest = rest[rest.index(after: at)...]
        let user = info.prefix { $0 != ":" }
        if !user.isEmpty { try add(.user, user) }
        guard user.endIndex < info.endIndex else { return }
        let password = info[info.index(after: user.endIndex)...]
        if !password.isEmpty { try add(.password, password) }
    }

    /// Hosts and ports become two lists, as the keywords have them.
    private mutating func readHosts() throws(ConnectionStringFault) {
        var hosts: [String] = []
        var ports: [String] = []
        repeat {
            if rest.first == "," { rest.removeFirst() }
            hosts.append(try Self.decode(try takeHost()))
            var port: Substring = ""
            if rest.first == ":" {
                rest.removeFirst()
                port = take(upTo: ["/", "?", ","])
                if !port.allSatisfy(\.isNumber) { hasOddPort = true }
            }
            ports.append(try Self.decode(port))
        } while rest.first == ","
        if hosts != [""] {
            pairs.append((ConnectionKey.host.rawValue, hosts.joined(separator: ",")))
        }
        if ports.contains(where: { !$0.isEmpty }) {
            pairs.append((ConnectionKey.port.rawValue, ports.joined(separator: ",")))
        }
    }

    private mutating func takeHost() throws(ConnectionStringFault) -> Substring {
        guard rest.first == "[" else {
            let host = take(upTo: [":", "/", "?", ","])
            // The end of a password that is not encoded, which must not be looked up or told.
            guard !host.contains("@") else { throw .badAddress(String(host)) }
            return host
        }
        let whole = rest
        rest.removeFirst()
        let address = take(upTo: ["]"])
        guard rest.first == "]", !address.isEmpty else { throw .badAddress(String(whole)) }
        rest.removeFirst()
        if let next = rest.first, !":/?,".contains(next) { throw .badAddress(String(whole)) }
        return address
    }

    /// A parameter that there is not is not named where it may be a part of a password.
    private mutating func readParameters() throws(ConnectionStringFault) {
        var isSuspect = hasOddPort || rest.contains("@")
        for pair in rest.split(separator: "&", omittingEmptySubsequences: true) {
            guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
                throw .missingEquals(String(pair))
            }
            let keyword = try Self.decode(pair[..<equals])
            let value = try Self.decode(pair[pair.index(after: equals)...])
            if isSuspect, !ConnectionString.takes(keyword) { throw .misplaced }
            if keyword == ConnectionKey.password.rawValue { isSuspect = true }
            // JDBC's word for it.
            if keyword == "ssl", value == "true" {
                pairs.append((ConnectionKey.sslmode.rawValue, TLSMode.require.rawValue))
            } else {
                pairs.append((keyword, value))
            }
        }
        rest = ""
    }

    private static func decode(_ part: Substring) throws(ConnectionStringFault) -> String {
        guard let bytes = PercentEncoding.decode(Array(part.utf8)[...], plusIsSpace: false),
            UTF8Check.isValid(bytes.span), !bytes.contains(0)
        else { throw .badEscape(String(part)) }
        return String(utf8: bytes)
    }
}
