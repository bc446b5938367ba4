/// What was measured in all rounds, and its medians side by side.
struct ComparisonTable {
    let names: [String]
    /// By scenario, then by server.
    private var results: [String: [String: [Measurement]]] = [:]

    init(names: [String]) { self.names = names }

    mutating func add(_ result: Measurement, of name: String, in scenario: String) {
        results[scenario, default: [:]][name, default: []].append(result)
    }

    /// CPU time of the server for each request, and as a multiple of the first server's; how many
    /// requests a second; the latency that one in a hundred exceeds.
    func print(_ scenarios: [String]) {
        var heading = column("", 14, left: true)
        for name in names { heading += column("\(name) µs", 15) }
        for name in names.dropFirst() { heading += column("÷ \(names[0])", name.count + 10) }
        for name in names { heading += column("\(name)/s", 13) }
        for name in names { heading += column("\(name) p99 µs", 18) }
        Swift.print("\(heading)")
        for scenario in scenarios {
            func median(_ name: String, _ figure: (Measurement) -> Double) -> Double {
                middle((results[scenario]?[name] ?? []).map(figure))
            }
            var line = column(scenario, 14, left: true)
            for name in names { line += column(decimal(median(name, \.cpuEach), 1), 15) }
            let first = median(names[0], \.cpuEach)
            for name in names.dropFirst() {
                let ratio = first > 0 ? median(name, \.cpuEach) / first : 0
                line += column(decimal(ratio, 2), name.count + 10)
            }
            for name in names { line += column(decimal(median(name, \.perSecond), 0), 13) }
            for name in names { line += column(decimal(median(name, \.tailMicroseconds), 0), 18) }
            Swift.print(line)
        }
    }

    /// The median; 0 of nothing.
    private func middle(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.indices.last else { return 0 }
        return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
    }
}
