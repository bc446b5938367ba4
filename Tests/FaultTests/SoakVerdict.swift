/// What a server was like at a moment of a soak.
struct SoakSample {
    /// Seconds since the start.
    let seconds: Double
    let residentMiB: Double
    let descriptors: Double
    /// Prepared by SQLite.
    let statements: Double
    /// Milliseconds, of the requests since the last sample.
    let p50: Double
    let p99: Double
    let requests: Int
}

/// Whether a server stays as it is. A line is laid through the samples after the first part, in
/// which caches fill and the log of changes grows to what it keeps.
struct SoakVerdict {
    /// A figure that must stay flat.
    struct Figure: Sendable {
        let name: String
        let value: @Sendable (SoakSample) -> Double
        /// By how much the line may rise from its start to its end: this part of its start, and
        /// this much besides.
        let share: Double
        let slack: Double
    }

    static let figures = [
        Figure(name: "resident MiB", value: { $0.residentMiB }, share: 0.08, slack: 4),
        Figure(name: "descriptors", value: { $0.descriptors }, share: 0.05, slack: 4),
        // A connection that has as many as it keeps lets a quarter of them go.
        Figure(name: "statements", value: { $0.statements }, share: 0.05, slack: 128),
        Figure(name: "p50 ms", value: { $0.p50 }, share: 0.5, slack: 1),
        Figure(name: "p99 ms", value: { $0.p99 }, share: 0.5, slack: 10),
    ]

    /// The part of the time before anything is judged.
    static let warmUp = 0.4

    let samples: ArraySlice<SoakSample>

    init(_ all: [SoakSample]) {
        let end = all.last?.seconds ?? 0
        samples = all.drop { $0.seconds < end * Self.warmUp }
    }

    /// How much a figure's line rises from the first sample to the last, and its mean.
    func rise(of figure: Figure) -> (rise: Double, mean: Double) {
        let count = Double(max(samples.count, 1))
        let times = samples.map(\.seconds)
        let values = samples.map(figure.value)
        let (time, mean) = (times.reduce(0, +) / count, values.reduce(0, +) / count)
        let above = zip(times, values).reduce(0) { $0 + ($1.0 - time) * ($1.1 - mean) }
        let below = times.reduce(0) { $0 + ($1 - time) * ($1 - time) }
        let slope = below > 0 ? above / below : 0
        return (slope * ((times.last ?? 0) - (times.first ?? 0)), mean)
    }

    /// The figures that rise, in words; an empty list for a server that stays as it is.
    var faults: [String] {
        guard samples.count >= 5 else { return ["\(samples.count) samples are too few"] }
        return Self.figures.compactMap { figure in
            let (rise, mean) = rise(of: figure)
            let start = mean - rise / 2
            guard rise > start * figure.share + figure.slack else { return nil }
            return "\(figure.name) rise by \(rise.rounded(to: 2)) from \(start.rounded(to: 2))"
        }
    }
}

extension Double {
    /// With so many digits behind the point.
    func rounded(to digits: Int) -> Double {
        let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        return (self * factor).rounded() / factor
    }
}
