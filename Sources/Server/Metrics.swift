import Auth
import Bytes
import HTTPServer
import Synchronization

/// Everything `/metrics` tells.
final class Metrics: Sendable {
    /// The counters of answered requests.
    let requests = RequestCounters()
    /// The counters of the feeds.
    let feeds = FeedCounters()
    private let server = Mutex<WebServer?>(nil)

    /// Adds what the server's loops count.
    func observe(_ server: WebServer) { self.server.withLock { $0 = server } }

    /// Appends every metric in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        requests.append(to: &output)
        feeds.append(to: &output)
        guard let server = server.withLock({ $0 }) else { return }
        let loops = server.counters
        func single(
            _ name: String, _ type: String, _ help: String, _ value: KeyPath<HTTPCounters, Int>
        ) {
            let sum = loops.reduce(0) { $0 + $1[keyPath: value] }
            MetricText.single("apus_\(name)", type, help, sum, to: &output)
        }
        single("connections_total", "counter", "Connections accepted.", \.connections)
        single("connections_open", "gauge", "Connections open now.", \.openConnections)
        single(
            "connections_refused_total", "counter", "Connections over the limit.",
            \.refusedConnections)
        single("websockets_open", "gauge", "WebSocket connections open now.", \.openWebSockets)
        single("requests_received_total", "counter", "Requests with a sound head.", \.requests)
        single("requests_refused_total", "counter", "Requests refused unparsed.", \.refusedRequests)
        single("received_bytes_total", "counter", "Bytes read from sockets.", \.receivedBytes)
        single("sent_bytes_total", "counter", "Bytes written to sockets.", \.sentBytes)
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

extension AuthService {
    /// Appends how the queue of passwords stands, in Prometheus' text format.
    func appendMetrics(to output: inout [UInt8]) {
        let queue = passwordQueue
        MetricText.single(
            "apus_passwords_waiting", "gauge", "Passwords that wait to be hashed.",
            queue.waiting, to: &output)
        MetricText.single(
            "apus_passwords_refused_total", "counter", "Passwords refused as too many waited.",
            queue.refused, to: &output)
    }
}
