import Bytes
import HTTP
import Synchronization

/// Who still uses names that clients should use no more: those that a model or a column had before,
/// and those said to be deprecated. Counted by the loops, read by whoever scrapes `/metrics`.
final class OutdatedNameUses: Sendable {
    private struct Use: Hashable {
        let name: String
        let client: String
    }

    private let counts = Mutex<[Use: Int]>([:])

    /// Clients are told apart by what they say of themselves: no more than so many are kept, and
    /// all others counted as one.
    private static let usesMax = 500
    private static let clientBytesMax = 64

    /// Counts a request that uses these names.
    func count(_ names: [String], in request: Request) {
        let client = Self.client(of: request)
        counts.withLock { counts in
            for name in names {
                var use = Use(name: name, client: client)
                if counts.count >= Self.usesMax, counts[use] == nil {
                    use = Use(name: name, client: "others")
                }
                counts[use, default: 0] += 1
            }
        }
    }

    /// What the client's library calls itself, or else its program.
    private static func client(of request: Request) -> String {
        let text = request.field("x-client-info") ?? request.field("user-agent") ?? ""
        return String(utf8: text.utf8.prefix(clientBytesMax).filter { (0x20..<0x7F).contains($0) })
    }

    /// Appends the counters in Prometheus' text format 0.0.4.
    func append(to output: inout [UInt8]) {
        let all = counts.withLock { $0 }.sorted {
            ($0.key.name, $0.key.client) < ($1.key.name, $1.key.client)
        }
        let name = "apus_deprecated_names_total"
        MetricText.head(
            name, "counter", "Requests that use a name clients should use no more.", to: &output)
        for (use, count) in all {
            output.append(
                utf8: "\(name){name=\(Self.label(use.name)),client=\(Self.label(use.client))} "
                    + "\(count)\n")
        }
    }

    private static func label(_ value: String) -> String {
        var escaped = "\""
        for character in value {
            switch character {
            case "\\", "\"": escaped += "\\\(character)"
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped + "\""
    }
}
