import Bytes
import Diagnostics
import REST
import Synchronization

/// Counters of answered requests, written by the loops and read by whoever scrapes `/metrics`.
final class RequestCounters: Sendable {
    /// Upper bounds of the latency buckets, in microseconds.
    static let bounds: [UInt64] = [
        100, 250, 500, 1000, 2500, 5000, 10_000, 50_000, 250_000, 1_000_000,
    ]

    private struct State {
        var byClass = [UInt64](repeating: 0, count: 6)
        var buckets = [UInt64](repeating: 0, count: bounds.count + 1)
        var microseconds: UInt64 = 0
        var refused: [RequestBound: Int] = [:]
    }

    private let state = Mutex(State())

    /// Counts one answered request.
    func record(status: Int, microseconds: UInt64) {
        state.withLock { state in
            state.byClass[min(max(status / 100, 0), 5)] += 1
            let bucket = Self.bounds.firstIndex { microseconds <= $0 } ?? Self.bounds.count
            state.buckets[bucket] += 1
            state.microseconds += microseconds
        }
    }

    /// Counts a request that was refused, if it was since it is beyond a bound: limits of the
    /// project may have the same names, and other codes.
    func count(_ refusal: Refusal) {
        guard refusal.code == "54000", let policy = refusal.policy,
            let bound = RequestBound(rawValue: policy)
        else { return }
        state.withLock { $0.refused[bound, default: 0] += 1 }
    }

    /// Appends the counters in Prometheus' text format 0.0.4.
    func append(to output: inout [UInt8]) {
        let total = state.withLock { $0 }
        MetricText.head("apus_http_requests_total", "counter", "Requests answered.", to: &output)
        for index in 1..<total.byClass.count {
            output.append(
                utf8: "apus_http_requests_total{class=\"\(index)xx\"} \(total.byClass[index])\n")
        }
        MetricText.histogram(
            "apus_http_request_duration_seconds", "Time from request to answer.", total.buckets,
            microseconds: Self.bounds, nanoseconds: total.microseconds * 1_000, to: &output)
        let name = "apus_rest_refused_total"
        MetricText.head(
            name, "counter", "Requests refused as too large, by the bound they met.", to: &output)
        for bound in RequestBound.allCases {
            let count = total.refused[bound] ?? 0
            output.append(utf8: "\(name){bound=\"\(bound.rawValue)\"} \(count)\n")
        }
    }
}
