import Bytes

/// Where a PostgreSQL database is, as libpq takes it: a URI
/// (`postgres://user@host:port/database?key=value`). Printing it hides its password.
public struct DatabaseAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as it was given.
    public let text: String

    /// How an address begins.
    static let schemes = ["postgres://", "postgresql://"]

    /// Takes an address; nil for a text of another kind. What is wrong behind its scheme is found
    /// out when it is read whole.
    public init?(_ text: String) {
        guard Self.schemes.contains(where: { text.hasPrefix($0) }) else { return nil }
        self.text = text
    }

    /// Parameters whose values may be shown. A password may stand behind any other word: behind
    /// `pass=` and whatever else people take for the right one.
    private static let harmless: Set<String> = [
        "host", "hostaddr", "port", "dbname", "user", "application_name",
        "fallback_application_name", "client_encoding", "connect_timeout", "options", "sslmode",
        "sslrootcert", "sslcert", "sslkey", "sslnegotiation", "channel_binding", "require_auth",
        "target_session_attrs", "load_balance_hosts", "keepalives", "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout", "service", "passfile",
        "pgbouncer",
    ]

    /// The address without what gives access: the password before `@`, and what stands behind
    /// parameters that are not known to be harmless. Where a password is not encoded it may hold
    /// anything, and be taken for a port, a name or a parameter: what could be a part of it is not
    /// shown.
    public var description: String {
        guard let scheme = Self.schemes.first(where: { text.hasPrefix($0) }) else { return "" }
        let rest = text.dropFirst(scheme.count)
        let secret = Self.startOfSecret(in: rest)
        // With '@' behind it, all of this may stand in front of that.
        let isOpen = secret.map { !rest[$0...].contains("@") } ?? true
        let visible = rest[..<(secret ?? rest.endIndex)]
        let shown = isOpen ? Self.withoutPassword(visible) : Self.upToColon(visible)
        let endsOpen = secret != nil && !shown.hasSuffix(SecretText.mask)
        return scheme + shown + (endsOpen ? SecretText.mask : "")
    }

    /// Where the value begins of the first parameter that may be a password; nil where none is.
    private static func startOfSecret(in rest: Substring) -> Substring.Index? {
        guard let mark = rest.firstIndex(of: "?") else { return nil }
        for pair in rest[rest.index(after: mark)...].split(separator: "&") {
            guard let equals = pair.firstIndex(of: "=") else { continue }
            let keyword = PercentEncoding.decode(
                Array(pair[..<equals].utf8)[...], plusIsSpace: false)
            if !harmless.contains(String(utf8: keyword ?? []).lowercased()) {
                return rest.index(after: equals)
            }
        }
        return nil
    }

    private static func withoutPassword(_ rest: Substring) -> String {
        guard let at = rest.lastIndex(of: "@") else {
            return hasPorts(rest) ? String(rest) : upToColon(rest)
        }
        guard let colon = rest[..<at].firstIndex(of: ":") else { return String(rest) }
        return "\(rest[...colon])\(SecretText.mask)\(rest[at...])"
    }

    private static func upToColon(_ rest: Substring) -> String {
        guard let colon = rest.firstIndex(of: ":") else { return rest + SecretText.mask }
        return "\(rest[...colon])\(SecretText.mask)"
    }

    /// Whether what stands behind the colons of hosts is a port, and no password whose host is
    /// missing.
    private static func hasPorts(_ rest: Substring) -> Bool {
        rest.prefix { $0 != "/" && $0 != "?" }.split(separator: ",").allSatisfy { host in
            let behind = host.lastIndex(of: "]").map { host[host.index(after: $0)...] } ?? host
            guard let colon = behind.firstIndex(of: ":") else { return true }
            return behind[behind.index(after: colon)...].allSatisfy { $0.isASCII && $0.isNumber }
        }
    }

    /// What can be said of a word that may be an address, of whatever kind: nothing that may be a
    /// password.
    public static func shown(_ word: String) -> String {
        if let address = DatabaseAddress(word) { return address.description }
        return word.contains("@") ? SecretText.mask : word
    }

    /// What a text is, as messages say it.
    static let wording = "the address of a PostgreSQL database"

    /// What to say of a text that is no address. One that may hold a password is not repeated.
    static func objection(to text: String) -> String {
        let given = text.contains { ":=@".contains($0) } ? "" : ", not '\(text)'"
        return "takes \(wording), such as postgres://apus@localhost/app\(given); without it the "
            + "database is a SQLite file in the data directory"
    }
}

extension DatabaseAddress: CustomReflectable {
    /// Shows no password to `dump` and to debuggers either.
    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
