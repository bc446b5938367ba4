/// This program once more, as the bare C server.
struct BaselineContestant: Contestant {
    let name = "baseline"
    let seed: String

    init(seed: String, rows: Int) throws(BenchmarkError) {
        self.seed = seed
        try Place.makeDirectory(seed)
        try Rows.makeDatabase(at: "\(seed)/items.db", count: rows)
    }

    func start(in directory: String) throws(BenchmarkError) -> RunningServer {
        let process = try Subprocess(
            "/proc/self/exe", ["baseline", "--database", "\(directory)/items.db"],
            log: "\(directory)/log")
        let url = try process.line(after: "listening on ")
        let server = Server(
            port: try Server.port(of: url), processID: process.processID, key: "", dialect: .apus)
        return RunningServer(server: server, process: process)
    }
}
