/// `--name value` pairs of a command line.
struct Options {
    private var values: [String: String] = [:]

    init(_ arguments: ArraySlice<String>) throws(BenchmarkError) {
        var rest = arguments
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else {
                throw BenchmarkError("'\(name)' is not an option with a value", exitCode: 2)
            }
            values[String(name.dropFirst(2))] = value
        }
    }

    subscript(_ name: String) -> String? { values[name] }

    func integer(_ name: String, default standard: Int) throws(BenchmarkError) -> Int {
        guard let text = values[name] else { return standard }
        guard let value = Int(text), value >= 0 else {
            throw BenchmarkError("--\(name) is a number, not '\(text)'", exitCode: 2)
        }
        return value
    }

    func server() throws(BenchmarkError) -> Server {
        guard let url = self["url"] else { throw BenchmarkError("--url is missing", exitCode: 2) }
        guard let dialect = Dialect(rawValue: self["dialect"] ?? "apus") else {
            throw BenchmarkError("--dialect is apus or pocketbase", exitCode: 2)
        }
        return Server(
            port: try Server.port(of: url), processID: Int32(try integer("pid", default: 0)),
            key: self["key"] ?? "", dialect: dialect, isSecure: url.hasPrefix("https://"))
    }

    /// Words with commas between them.
    func list(_ name: String) -> [String]? {
        values[name].map { $0.split(separator: ",").map(String.init) }
    }

    func fanout() throws(BenchmarkError) -> FanoutDriver {
        FanoutDriver(
            subscribers: max(1, try integer("subscribers", default: 1000)),
            messages: max(1, try integer("messages", default: 200)))
    }

    func load() throws(BenchmarkError) -> LoadDriver {
        LoadDriver(
            seconds: max(1, try integer("seconds", default: 4)),
            threads: max(1, try integer("threads", default: 1)),
            rows: try integer("rows", default: Rows.defaultCount))
    }
}
