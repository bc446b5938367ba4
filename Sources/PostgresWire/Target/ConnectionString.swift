import Bytes

/// The parameters that a connection string gives, as they are written: a URI
/// (`postgres://user@host:port/database?key=value`) or pairs (`host=… dbname=…`). (PostgreSQL
/// manual, "Connection Strings")
public struct ConnectionString: Hashable, Sendable {
    /// Each keyword's value; the last one counts.
    public private(set) var values: [ConnectionKey: String] = [:]
    /// Keywords without effect that were given.
    public private(set) var ignored: [String] = []

    /// No parameters: all comes from elsewhere.
    public init() {}

    /// Reads either form. A text with neither a scheme nor `=` is a database's name, as for `psql`.
    public init(_ text: String) throws(ConnectionStringFault) {
        for scheme in ["postgresql://", "postgres://"] where text.hasPrefix(scheme) {
            var reader = ConnectionURI(text.dropFirst(scheme.count))
            for (keyword, value) in try reader.read() { try set(keyword, value) }
            return
        }
        guard text.utf8.contains(ASCII.equals) else {
            if !text.isEmpty { try set(ConnectionKey.dbname.rawValue, text) }
            return
        }
        for (keyword, value) in try ConnectionPairs.read(text) { try set(keyword, value) }
    }

    /// Whether a parameter is one, in a URI or elsewhere.
    static func takes(_ keyword: String) -> Bool {
        ConnectionKey(rawValue: keyword) != nil || ConnectionKey.ignored[keyword] != nil
            || ["requiressl", "ssl"].contains(keyword)
    }

    /// Sets a parameter by its keyword.
    mutating func set(_ keyword: String, _ value: String) throws(ConnectionStringFault) {
        guard !value.hasNUL else { throw .badEscape(keyword) }
        if let key = ConnectionKey(rawValue: keyword) {
            values[key] = value
        } else if keyword == "requiressl" {
            // What sslmode was before PostgreSQL 7.4; drivers of other languages still write it.
            values[.sslmode] = value == "1" ? TLSMode.require.rawValue : TLSMode.prefer.rawValue
        } else if ConnectionKey.ignored[keyword] != nil {
            ignored.append(keyword)
        } else {
            throw .unknownParameter(keyword)
        }
    }

    /// Takes from `other` what is missing here.
    mutating func complete(from other: ConnectionString) {
        values.merge(other.values) { own, _ in own }
        ignored += other.ignored
    }

    /// The parameters that environment variables give (`PGHOST`, …).
    public init(environment: [String: String]) throws(ConnectionStringFault) {
        for key in ConnectionKey.allCases {
            guard let variable = key.variable, let value = environment[variable], !value.isEmpty
            else { continue }
            try set(key.rawValue, value)
        }
    }
}
