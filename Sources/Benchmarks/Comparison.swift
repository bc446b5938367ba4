import Glibc

/// Apus, PocketBase and the baseline in one run: the same rows, the same driver, one after another.
struct Comparison {
    private let load: LoadDriver
    private let fanout: FanoutDriver
    private let options: Options
    private let directory: String

    /// `compare [--apus PROGRAM] [--pocketbase PROGRAM] [--only apus,pocketbase,baseline]
    /// [--connections 64] [--requests 100000] [--threads 1] [--rows 100000] [--subscribers 1000]
    /// [--messages 200] [--directory DIR]`. A quarter of the requests goes to PocketBase.
    init(_ options: Options) throws(BenchmarkError) {
        self.options = options
        load = try options.load()
        fanout = FanoutDriver(
            subscribers: try options.integer("subscribers", default: 1000),
            messages: try options.integer("messages", default: 200))
        directory = options["directory"] ?? "/tmp/apus-comparison-\(getpid())"
    }

    func run() throws(BenchmarkError) {
        var names: [String] = []
        var columns: [[String: Measurement]] = []
        for name in (options["only"] ?? "apus,pocketbase,baseline").split(separator: ",") {
            let contestant = try start(String(name))
            defer { contestant.process.end() }
            names.append(contestant.name)
            columns.append(try measure(contestant))
        }
        printRatios(names, columns)
        print("\nFiles and logs are in \(directory)")
    }

    private func start(_ name: String) throws(BenchmarkError) -> Contestant {
        let place = "\(directory)/\(name)"
        switch name {
        case "apus":
            return try Contestants.apus(
                options["apus"] ?? ".build/release/apus", in: place, rows: load.rows)
        case "pocketbase":
            return try Contestants.pocketBase(
                options["pocketbase"] ?? "pocketbase", in: place, rows: load.rows)
        case "baseline": return try Contestants.baseline(in: place, rows: load.rows)
        default: throw BenchmarkError("'\(name)' is not apus, pocketbase or baseline", exitCode: 2)
        }
    }

    private func measure(_ contestant: Contestant) throws(BenchmarkError) -> [String: Measurement] {
        var driver = load
        if contestant.server.dialect == .pocketbase {
            driver.requests = max(1000, load.requests / 4)
        }
        print(
            "\n\(contestant.name), \(contestant.server.residentKilobytes() / 1024) MB at the start"
        )
        print(Measurement.heading)
        var results: [String: Measurement] = [:]
        for scenario in Scenario.allCases {
            let result = try driver.measure(scenario, on: contestant.server)
            print(result.line(scenario.rawValue))
            results[scenario.rawValue] = result
        }
        if fanout.subscribers > 0 {
            let result = try fanout.measure(contestant.server)
            print(result.line("fanout"))
            results["fanout"] = result
        }
        print("\(contestant.server.residentKilobytes() / 1024) MB at the end")
        return results
    }

    /// Server CPU time side by side, and as multiples of the first server's.
    private func printRatios(_ names: [String], _ columns: [[String: Measurement]]) {
        var heading = column("CPU µs each", 14, left: true)
        for name in names { heading += column(name, 14) }
        for name in names.dropFirst() { heading += column("\(name) ÷ \(names[0])", 22) }
        print("\n\(heading)")
        for row in Scenario.allCases.map(\.rawValue) + ["fanout"] {
            let values = columns.map { $0[row]?.cpuEach ?? 0 }
            guard let first = values.first, first > 0 else { continue }
            var line = column(row, 14, left: true)
            for value in values { line += column(decimal(value, 1), 14) }
            for value in values.dropFirst() { line += column(decimal(value / first, 2), 22) }
            print(line)
        }
    }
}
