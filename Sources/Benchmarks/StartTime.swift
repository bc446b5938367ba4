import Glibc

/// How long a server takes from exec to its first answer, what it weighs then, and what at rest.
struct StartTime {
    private let program: String
    private let project: String
    private let runs: Int

    /// `start --project DIR [--apus PROGRAM] [--runs 20]`. The project must serve as it is: one
    /// that `compare` has left behind will do.
    init(_ options: Options) throws(BenchmarkError) {
        guard let project = options["project"] else {
            throw BenchmarkError("--project is missing", exitCode: 2)
        }
        self.project = project
        program = options["apus"] ?? ".build/release/apus"
        runs = max(1, try options.integer("runs", default: 20))
    }

    func run() throws(BenchmarkError) {
        var milliseconds: [Double] = []
        var kilobytes = 0
        var kilobytesAtRest = 0
        for run in 1...runs {
            let port = try Place.freePort()
            let start = monotonicNanoseconds()
            let process = try Subprocess(
                program, ["serve", "--project", project, "--listen", "127.0.0.1:\(port)"],
                log: "/dev/null")
            defer { process.end() }
            let server = Server(
                port: port, processID: process.processID, key: "", dialect: .apus)
            try awaitAnswer(of: server, since: start)
            milliseconds.append(Double(monotonicNanoseconds() - start) / 1e6)
            kilobytes = max(kilobytes, server.residentKilobytes())
            if run == runs {
                sleep(Self.secondsToRest)
                kilobytesAtRest = server.residentKilobytes()
            }
        }
        milliseconds.sort()
        let (best, worst) = (decimal(milliseconds[0], 1), decimal(milliseconds[runs - 1], 1))
        let median = decimal(milliseconds[runs / 2], 1)
        print("first answer after exec: \(median) ms (\(best) to \(worst))")
        print("resident then: \(decimal(Double(kilobytes) / 1024, 1)) MB")
        print("resident at rest: \(decimal(Double(kilobytesAtRest) / 1024, 1)) MB")
    }

    /// Enough for every tick to have come once, and for what only the start needed to be gone.
    private static let secondsToRest: UInt32 = 3

    private func awaitAnswer(of server: Server, since start: UInt64) throws(BenchmarkError) {
        while monotonicNanoseconds() - start < 10_000_000_000 {
            guard let client = try? WireClient(server) else {
                usleep(100)
                continue
            }
            let answer = try client.request("GET", "/health", server)
            guard answer.status == 200 else { throw BenchmarkError("/health: \(answer.text)") }
            return
        }
        throw BenchmarkError("no answer for ten seconds")
    }
}
