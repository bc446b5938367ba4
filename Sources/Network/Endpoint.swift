/// Where a connection leads.
public enum Endpoint: Hashable, Sendable {
    /// A name, or an address of either family, with or without brackets; and a TCP port.
    case host(String, port: Int)
    /// The path of a Unix socket; one that begins with `@` is a name of the abstract namespace
    /// (unix(7)).
    case unix(path: String)

    /// What a certificate must be for: the host. A Unix socket has only its path.
    var name: String {
        switch self {
        case .host(let name, _): name
        case .unix(let path): path
        }
    }
}

extension Endpoint: CustomStringConvertible {
    /// As people write it: `db.example.com:5432`, `[::1]:5432`, `/run/postgresql/.s.PGSQL.5432`.
    public var description: String {
        switch self {
        case .host(let name, let port):
            name.contains(":") && !name.hasPrefix("[") ? "[\(name)]:\(port)" : "\(name):\(port)"
        case .unix(let path): path
        }
    }
}
