import Bytes
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

    /// Appends the counters in Prometheus' text format 0.0.4.
    func append(to output: inout [UInt8]) {
        let total = state.withLock { $0 }
        MetricText.head("apus_http_requests_total", "counter", "Requests answered.", to: &output)
        for index in 1..<total.byClass.count {
            output.append(
                utf8: "apus_http_requests_total{class=\"\(index)xx\"} \(total.byClass[index])\n")
        }
        let name = "apus_http_request_duration_seconds"
        MetricText.head(name, "histogram", "Time from request to answer.", to: &output)
        var sum: UInt64 = 0
        for (index, bound) in Self.bounds.enumerated() {
            sum += total.buckets[index]
            output.append(utf8: "\(name)_bucket{le=\"\(Double(bound) / 1e6)\"} \(sum)\n")
        }
        sum += total.buckets[Self.bounds.count]
        output.append(utf8: "\(name)_bucket{le=\"+Inf\"} \(sum)\n")
        output.append(utf8: "\(name)_sum \(Double(total.microseconds) / 1e6)\n")
        output.append(utf8: "\(name)_count \(sum)\n")
    }
}
