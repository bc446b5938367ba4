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

    /// The address without what gives access: the password before `@`, and `password=`.
    public var description: String {
        guard let scheme = Self.schemes.first(where: { text.hasPrefix($0) }) else { return "" }
        // A password that is not encoded may hold anything, even '?' and '@'.
        let rest = Self.withoutPassword(text.dropFirst(scheme.count))
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var shown = scheme + parts[0]
        if parts.count > 1 {
            let pairs = parts[1].split(separator: "&").map { pair in
                pair.hasPrefix("password=") ? "password=\(SecretText.mask)" : String(pair)
            }
            shown += "?" + pairs.joined(separator: "&")
        }
        return shown
    }

    private static func withoutPassword(_ authority: Substring) -> String {
        guard let at = authority.lastIndex(of: "@"),
            let colon = authority[..<at].firstIndex(of: ":")
        else { return String(authority) }
        return "\(authority[...colon])\(SecretText.mask)\(authority[at...])"
    }

    /// What a text is, as messages say it.
    static let wording = "the address of a PostgreSQL database"

    /// What to say of a text that is no address. One that may hold a password is not repeated.
    static func objection(to text: String) -> String {
        let given = text.contains(":") || text.contains("=") ? "" : ", not '\(text)'"
        return "takes \(wording), such as postgres://apus@localhost/app\(given); without it the "
            + "database is a SQLite file in the data directory"
    }
}

extension DatabaseAddress: CustomReflectable {
    /// Shows no password to `dump` and to debuggers either.
    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
