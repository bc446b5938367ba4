import Bytes
import HTTPServer
import Synchronization

/// Counters of answered requests, written by the loops and read by whoever scrapes `/metrics`.
final class RequestCounters: Sendable {
    /// Upper bounds of the latency buckets, in microseconds.
    static let bounds: [UInt64] = [100, 250, 500, 1000, 2500, 5000, 10_000, 50_000, 250_000, 1_000_000]

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
            output.append(utf8: "apus_http_requests_total{class=\"\(index)xx\"} \(total.byClass[index])\n")
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

/// Lines of Prometheus' text format.
enum MetricText {
    /// The two comment lines that open a metric.
    static func head(_ name: String, _ type: String, _ help: String, to output: inout [UInt8]) {
        output.append(utf8: "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
    }

    /// A metric of one value.
    static func single(
        _ name: String, _ type: String, _ help: String, _ value: some BinaryInteger,
        to output: inout [UInt8]
    ) {
        head(name, type, help, to: &output)
        output.append(utf8: "\(name) \(value)\n")
    }
}

/// Everything `/metrics` tells.
final class Metrics: Sendable {
    /// The counters of answered requests.
    let requests = RequestCounters()
    private let server = Mutex<WebServer?>(nil)

    /// Adds what the server's loops count.
    func observe(_ server: WebServer) { self.server.withLock { $0 = server } }

    /// Appends every metric in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        requests.append(to: &output)
        guard let server = server.withLock({ $0 }) else { return }
        let loops = server.counters
        func single(_ name: String, _ type: String, _ help: String, _ value: KeyPath<HTTPCounters, Int>) {
            let sum = loops.reduce(0) { $0 + $1[keyPath: value] }
            MetricText.single("apus_\(name)", type, help, sum, to: &output)
        }
        single("connections_total", "counter", "Connections accepted.", \.connections)
        single("connections_open", "gauge", "Connections open now.", \.openConnections)
        single("connections_refused_total", "counter", "Connections over the limit.", \.refusedConnections)
        single("websockets_open", "gauge", "WebSocket connections open now.", \.openWebSockets)
        single("requests_refused_total", "counter", "Requests refused unparsed.", \.refusedRequests)
        single("received_bytes_total", "counter", "Bytes read from sockets.", \.receivedBytes)
        single("sent_bytes_total", "counter", "Bytes written to sockets.", \.sentBytes)
    }
}
