import CLinux
import Glibc

/// A server that is running with the rows in it.
struct Contestant {
    var name: String
    var server: Server
    var process: Subprocess
}

/// How each server of the comparison is started and filled, in a directory of its own.
enum Contestants {
    static let model = """
        {
          "description": "The benchmark's table: open to the public, watched by subscribers.",
          "properties": {
            "id": {"type": "integer", "identity": true},
            "title": {"type": "string"},
            "body": {"type": "string"},
            "n": {"type": "integer"}
          },
          "required": ["title", "body", "n"],
          "indexes": [{"on": ["n"]}],
          "realtime": {"retain": "1h"},
          "access": {"all": "true"}
        }
        """

    /// `apus migrate new`, then `apus serve --migrate`; rows are written through REST.
    static func apus(
        _ program: String, in directory: String, rows: Int
    ) throws(BenchmarkError) -> Contestant {
        try makeDirectory("\(directory)/Schemas/models")
        try write("{\"name\": \"benchmark\"}\n", to: "\(directory)/Schemas/project.json")
        try write(model, to: "\(directory)/Schemas/models/items.json")
        let log = "\(directory)/log"
        let project = ["--project", directory]
        _ = try Subprocess(program, ["migrate", "new", "items"] + project, log: log).wholeOutput()
        let process = try Subprocess(
            program, ["serve", "--migrate", "--listen", "127.0.0.1:0"] + project, log: log)
        let url = try process.line(after: "listening on ")
        let keys = try Subprocess(
            program, ["keys", "--json"] + project, log: "\(directory)/keys.log"
        )
        .wholeOutput()
        guard let start = keys.range(after: "\"anon\":") else {
            throw BenchmarkError("keys: \(keys)")
        }
        let key = keys[start...].drop { $0 != "\"" }.dropFirst().prefix { $0 != "\"" }
        let server = Server(
            port: try Server.port(of: url), processID: process.processID, key: String(key),
            dialect: .apus)
        try load(server, rows: rows)
        return Contestant(name: "Apus", server: server, process: process)
    }

    /// Default settings; the collection is made through its API, rows are written into its file.
    static func pocketBase(
        _ program: String, in directory: String, rows: Int
    ) throws(BenchmarkError) -> Contestant {
        try makeDirectory(directory)
        let data = ["--dir", "\(directory)/data"]
        _ = try Subprocess(
            program, ["superuser", "upsert", "bench@example.com", "benchmark-1"] + data,
            log: "\(directory)/setup.log"
        ).wholeOutput()
        let port = try freePort()
        let process = try Subprocess(
            program, ["serve", "--http", "127.0.0.1:\(port)"] + data, log: "\(directory)/log")
        let server = Server(port: port, processID: process.processID, key: "", dialect: .pocketbase)
        let client = try waitForServer(port: port)
        let signIn = try client.request(
            "POST", "/api/collections/_superusers/auth-with-password", server,
            body: Array(#"{"identity":"bench@example.com","password":"benchmark-1"}"#.utf8))
        guard let start = signIn.text.range(after: "\"token\":\"") else {
            throw BenchmarkError("sign-in: \(signIn.text)")
        }
        let made = try client.request(
            "POST", "/api/collections", server,
            authorization: String(signIn.text[start...].prefix { $0 != "\"" }),
            body: Array(collection.utf8))
        guard made.status == 200 else { throw BenchmarkError("collection: \(made.text)") }
        try Rows.fill("\(directory)/data/data.db", count: rows, textKeys: true)
        return Contestant(name: "PocketBase", server: server, process: process)
    }

    private static let collection = """
        {"name":"items","type":"base","listRule":"","viewRule":"","createRule":"","updateRule":"",
        "deleteRule":"","fields":[{"name":"title","type":"text"},{"name":"body","type":"text"},
        {"name":"n","type":"number"}],"indexes":["CREATE INDEX items_n ON items (n)"]}
        """

    /// This program once more, as the bare C server.
    static func baseline(in directory: String, rows: Int) throws(BenchmarkError) -> Contestant {
        try makeDirectory(directory)
        let process = try Subprocess(
            "/proc/self/exe",
            ["baseline", "--database", "\(directory)/items.db", "--rows", String(rows)],
            log: "\(directory)/log")
        let url = try process.line(after: "listening on ")
        let server = Server(
            port: try Server.port(of: url), processID: process.processID, key: "", dialect: .apus)
        return Contestant(name: "baseline", server: server, process: process)
    }

    private static func load(_ server: Server, rows: Int) throws(BenchmarkError) {
        let client = try WireClient(port: server.port)
        for first in stride(from: 1, through: rows, by: 1000) {
            let answer = try client.request(
                "POST", "/rest/v1/items", server,
                body: Rows.json(first..<min(first + 1000, rows + 1), of: rows),
                fields: "Prefer: return=minimal\r\n")
            guard answer.status == 201 else { throw BenchmarkError("load: \(answer.text)") }
        }
    }

    private static func waitForServer(port: Int) throws(BenchmarkError) -> WireClient {
        for _ in 0..<200 {
            if let client = try? WireClient(port: port) { return client }
            usleep(50_000)
        }
        throw BenchmarkError("nobody listens on port \(port)")
    }

    /// A port that was free a moment ago, for a server that cannot choose one.
    static func freePort() throws(BenchmarkError) -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = UInt16(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(descriptor, address, size) == 0
                    ? getsockname(descriptor, address, &size) : -1
            }
        }
        if result != 0 { throw .last("bind") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func makeDirectory(_ path: String) throws(BenchmarkError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if unsafe mkdir(made, 0o700) != 0, errno != EEXIST { throw .last(made) }
        }
    }

    private static func write(_ text: String, to path: String) throws(BenchmarkError) {
        guard let file = unsafe fopen(path, "w") else { throw .last(path) }
        defer { unsafe fclose(file) }
        unsafe fputs(text, file)
    }
}
