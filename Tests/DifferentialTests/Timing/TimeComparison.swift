import Foundation

/// Times of two requests that took turns, and whether they can be told apart.
struct TimeComparison: CustomStringConvertible {
    let name: String
    /// Nanoseconds.
    let first: [Int64]
    let second: [Int64]

    /// How likely a time of the first is greater than one of the second (Mann and Whitney's U, as
    /// a part of all pairs): a half where they cannot be told apart at all.
    let superiority: Double
    /// How far the U lies from its mean, in standard deviations.
    let deviation: Double

    /// What is not told apart with so many pairs may be told apart with more: below this distance
    /// from a half it takes some thousand requests of either kind on an idle machine without a
    /// network in between.
    static let effectMin = 0.05
    /// Beyond it less than one in a thousand comparisons of the same lies.
    static let deviationMin = 3.3

    init(_ name: String, _ first: [Int64], _ second: [Int64]) {
        (self.name, self.first, self.second) = (name, first, second)
        let sorted = (first.map { ($0, true) } + second.map { ($0, false) })
            .sorted { $0.0 < $1.0 }
        var rankSum = 0.0
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end].0 == sorted[start].0 { end += 1 }
            // Equal ones share their ranks.
            let rank = Double(start + 1 + end) / 2
            rankSum += rank * Double(sorted[start..<end].count { $0.1 })
            start = end
        }
        let (n, m) = (Double(first.count), Double(second.count))
        let u = rankSum - n * (n + 1) / 2
        superiority = u / (n * m)
        deviation = (u - n * m / 2) / (n * m * (n + m + 1) / 12).squareRoot()
    }

    var isDistinguishable: Bool {
        abs(deviation) > Self.deviationMin && abs(superiority - 0.5) > Self.effectMin
    }

    var description: String {
        func microseconds(_ times: [Int64]) -> String {
            let median = times.sorted()[times.count / 2]
            return (Double(median) / 1_000).formatted(.number.precision(.fractionLength(1)))
        }
        let effect = superiority.formatted(.number.precision(.fractionLength(3)))
        let distance = deviation.formatted(.number.precision(.fractionLength(1)))
        return "\(isDistinguishable ? "told apart" : "alike     ")  \(name): "
            + "\(microseconds(first)) and \(microseconds(second)) µs, P(first > second) \(effect), "
            + "z \(distance), \(first.count) pairs"
    }
}
