import Bytes

/// A connection service file: parameters under names (PostgreSQL manual, "The Connection Service
/// File"). Reading it from `PGSERVICEFILE`, `~/.pg_service.conf` or `PGSYSCONFDIR` is the caller's.
public struct ServiceFile: Sendable {
    private var services: [String: [(keyword: String, value: String)]] = [:]

    /// A file without services.
    public init() {}

    /// Reads a file's text: `[name]` and lines of `keyword=value`; `#` begins a comment line.
    public init(_ text: String) throws(ConnectionStringFault) {
        var name: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let line = String(line).trimming(ASCII.isSpace)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                let found = String(line.dropFirst().dropLast())
                // Of two with one name the first counts.
                name = services[found] == nil ? found : nil
                if name != nil { services[found] = [] }
                continue
            }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                throw .missingEquals(line)
            }
            guard let name else { continue }
            services[name]?.append(
                (String(line[..<equals]), String(line[line.index(after: equals)...])))
        }
    }

    /// The parameters under a name; a service does not name another.
    func parameters(of name: String) throws(ConnectionStringFault) -> ConnectionString {
        guard let pairs = services[name] else { throw .unknownService(name) }
        var found = ConnectionString()
        for (keyword, value) in pairs {
            guard keyword != ConnectionKey.service.rawValue else {
                throw .badValue(parameter: keyword, value: value)
            }
            try found.set(keyword, value)
        }
        return found
    }
}
