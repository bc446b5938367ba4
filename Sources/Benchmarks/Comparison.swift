import Glibc

/// Servers beside one another: the same rows, the same driver, round after round in turn, so that
/// what else the machine does falls on all of them. Medians of the rounds are printed.
struct Comparison {
    private let load: LoadDriver
    private let fanout: FanoutDriver
    private let options: Options
    private let directory: String
    private let rounds: Int
    private let scenarios: [String]

    /// `compare [--apus PROGRAM] [--pocketbase PROGRAM] [--only baseline,apus]
    /// [--scenarios get,list20,…] [--rounds 3] [--seconds 4] [--threads 1] [--rows 100000]
    /// [--subscribers 1000] [--messages 200] [--directory DIR]`.
    init(_ options: Options) throws(BenchmarkError) {
        self.options = options
        load = try options.load()
        fanout = try options.fanout()
        directory = options["directory"] ?? "/tmp/apus-comparison-\(getpid())"
        rounds = max(1, try options.integer("rounds", default: 3))
        scenarios = options.list("scenarios") ?? Scenario.names
        for name in scenarios where name != Scenario.fanout { _ = try Scenario.named(name) }
    }

    func run() throws(BenchmarkError) {
        var contestants: [any Contestant] = []
        for name in options.list("only") ?? ["baseline", "apus"] {
            contestants.append(try prepare(name))
        }
        var table = ComparisonTable(names: contestants.map(\.name))
        for round in 1...rounds {
            for contestant in contestants {
                let line = Array("round \(round) of \(rounds): \(contestant.name)\n".utf8)
                unsafe write(2, line, line.count)
                try measure(contestant, into: &table)
            }
        }
        table.print(scenarios)
        print("\nProjects and databases are in \(directory)")
    }

    private func prepare(_ name: String) throws(BenchmarkError) -> any Contestant {
        let seed = "\(directory)/\(name)"
        let program = options["apus"] ?? ".build/release/apus"
        switch name {
        case "apus":
            return try ApusContestant(name, program, seed: seed, rows: load.rows)
        case "apus-postgres":
            guard let database = options["database"] else {
                throw BenchmarkError(
                    "apus-postgres needs --database URL, an empty one", exitCode: 2)
            }
            return try ApusContestant(
                name, program, seed: seed, rows: load.rows, database: database)
        case "apus-tls":
            return try ApusContestant(name, program, seed: seed, rows: load.rows, isSecure: true)
        case "pocketbase":
            return try PocketBaseContestant(
                options["pocketbase"] ?? "pocketbase", seed: seed, rows: load.rows)
        case "baseline": return try BaselineContestant(seed: seed, rows: load.rows)
        default:
            throw BenchmarkError(
                "'\(name)' is not apus, apus-postgres, apus-tls, pocketbase or baseline",
                exitCode: 2)
        }
    }

    private func measure(
        _ contestant: any Contestant, into table: inout ComparisonTable
    ) throws(BenchmarkError) {
        let work = "\(directory)/\(contestant.name)-round"
        try Place.copy(contestant.seed, to: work)
        let running = try contestant.start(in: work)
        defer { running.process.end() }
        for name in scenarios {
            let result: Measurement
            if name == Scenario.fanout {
                result = try fanout.measure(running.server)
            } else {
                let scenario = try Scenario.named(name)
                guard scenario.dialects.contains(running.server.dialect) else { continue }
                result = try load.measure(scenario, on: running.server)
            }
            if let failure = result.firstFailure {
                throw BenchmarkError("\(contestant.name), \(name): \(failure)")
            }
            table.add(result, of: contestant.name, in: name)
        }
    }
}
