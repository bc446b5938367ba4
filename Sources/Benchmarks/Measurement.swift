/// Latencies in buckets that are 1.6 % wide at most.
struct Histogram: Sendable {
    private static let linearBits = 6
    private var counts = [UInt64](repeating: 0, count: 64 << 6)
    private(set) var total: UInt64 = 0

    mutating func record(_ value: UInt64) {
        counts[Self.bucket(of: value)] += 1
        total += 1
    }

    mutating func merge(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        total += other.total
    }

    /// The value below which the given share of all values lies.
    func percentile(_ share: Double) -> UInt64 {
        let wanted = UInt64((Double(total) * share).rounded(.up))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() where count > 0 {
            seen += count
            if seen >= wanted { return Self.value(of: index) }
        }
        return 0
    }

    private static func bucket(of value: UInt64) -> Int {
        let bits = 63 - (value | 1).leadingZeroBitCount
        let shift = max(0, bits - linearBits)
        return shift << linearBits + Int(value >> UInt64(shift))
    }

    private static func value(of bucket: Int) -> UInt64 {
        var shift = bucket >> linearBits
        if shift > 0 { shift -= 1 }
        return UInt64(bucket - shift << linearBits) << UInt64(shift)
    }
}

/// The outcome of one run.
struct Measurement: Sendable {
    /// Requests, or deliveries of a fan-out.
    var count = 0
    var failures = 0
    var firstFailure: String?
    var nanoseconds: UInt64 = 0
    var cpuMicroseconds = 0
    var latencies = Histogram()

    var perSecond: Double { Double(count) / (Double(max(nanoseconds, 1)) / 1e9) }
    var cpuEach: Double { Double(cpuMicroseconds) / Double(max(count, 1)) }
    var medianMicroseconds: Double { Double(latencies.percentile(0.5)) / 1000 }
    var tailMicroseconds: Double { Double(latencies.percentile(0.99)) / 1000 }

    static let heading =
        column("", 18, left: true) + column("per second", 12) + column("p50 µs", 10)
        + column("p99 µs", 10) + column("CPU µs each", 13) + column("count", 10)
        + column("failed", 8)

    func line(_ name: String) -> String {
        var text =
            column(name, 18, left: true) + column(decimal(perSecond, 0), 12)
            + column(decimal(medianMicroseconds, 0), 10) + column(decimal(tailMicroseconds, 0), 10)
            + column(decimal(cpuEach, 1), 13) + column(String(count), 10)
            + column(String(failures), 8)
        if let firstFailure { text += "\n  first failure: \(firstFailure)" }
        return text
    }

    mutating func merge(_ other: Measurement) {
        count += other.count
        failures += other.failures
        firstFailure = firstFailure ?? other.firstFailure
        latencies.merge(other.latencies)
    }
}

/// Text in a column of fixed width.
func column(_ text: String, _ width: Int, left: Bool = false) -> String {
    let gap = String(repeating: " ", count: max(1, width - text.count))
    return left ? text + gap : gap + text
}

/// A number with a fixed count of decimals.
func decimal(_ value: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((value * scale).rounded())
    guard places > 0 else { return String(scaled) }
    let fraction = String(abs(scaled) % Int(scale))
    return "\(scaled / Int(scale))." + String(repeating: "0", count: places - fraction.count)
        + fraction
}
