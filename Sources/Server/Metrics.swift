import Auth
import Bytes
import HTTPServer
import Network
import Quotas
import Synchronization

/// Everything `/metrics` tells.
final class Metrics: Sendable {
    /// The counters of answered requests.
    let requests = RequestCounters()
    /// The counters of the feeds.
    let feeds = FeedCounters()
    /// Who still uses names that clients should use no more.
    let outdatedNames = OutdatedNameUses()
    private let server = Mutex<WebServer?>(nil)
    private let backups = Mutex<BackupKeeper?>(nil)

    /// Adds what the server's loops count.
    func observe(_ server: WebServer) { self.server.withLock { $0 = server } }

    /// Adds what is known of the backups that the server writes.
    func observe(_ backups: BackupKeeper) { self.backups.withLock { $0 = backups } }

    /// Appends every metric in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        requests.append(to: &output)
        feeds.append(to: &output)
        outdatedNames.append(to: &output)
        backups.withLock { $0 }?.counts.append(to: &output)
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
        append(refusedConnections: loops, to: &output)
        single("websockets_open", "gauge", "WebSocket connections open now.", \.openWebSockets)
        MetricText.single(
            "apus_tls_handshakes_open", "gauge", "TLS handshakes begun and not done.",
            server.handshakes, to: &output)
        single("requests_received_total", "counter", "Requests with a sound head.", \.requests)
        single("requests_refused_total", "counter", "Requests refused unparsed.", \.refusedRequests)
        single("received_bytes_total", "counter", "Bytes read from sockets.", \.receivedBytes)
        single("sent_bytes_total", "counter", "Bytes written to sockets.", \.sentBytes)
        append(deferredBy: loops, to: &output)
        append(server.loops.map(\.longTurns), to: &output)
        append(server.memory, to: &output)
    }

    /// What was not served at all.
    private func append(refusedConnections loops: [HTTPCounters], to output: inout [UInt8]) {
        let name = "apus_connections_refused_total"
        MetricText.head(
            name, "counter", "Connections not served, by the bound they met.", to: &output)
        for bound in ConnectionRefusal.allCases {
            let sum = loops.reduce(0) { $0 + ($1.refusedConnections[bound] ?? 0) }
            output.append(utf8: "\(name){bound=\"\(bound.rawValue)\"} \(sum)\n")
        }
    }

    /// What waited for later turns of the loops, since its caller had had his part of one.
    private func append(deferredBy loops: [HTTPCounters], to output: inout [UInt8]) {
        let name = "apus_loop_deferred_total"
        MetricText.head(
            name, "counter", "Times that work of a caller was put off to a later turn of a loop.",
            to: &output)
        let values: [(String, KeyPath<HTTPCounters, Int>)] = [
            ("request", \.deferredRequests), ("input", \.deferredInput),
        ]
        for (work, value) in values {
            let sum = loops.reduce(0) { $0 + $1[keyPath: value] }
            output.append(utf8: "\(name){work=\"\(work)\"} \(sum)\n")
        }
    }

    /// What bodies, answers and queues stand in memory with.
    private func append(_ memory: MemoryPool, to output: inout [UInt8]) {
        let figures = [
            ("apus_memory_pool_bytes", "gauge", "Bytes taken of the memory pool.", memory.taken),
            ("apus_memory_pool_peak_bytes", "gauge", "The most ever taken.", memory.peak),
            ("apus_memory_pool_limit_bytes", "gauge", "What there is.", memory.bytesMax),
        ]
        for (name, type, help, value) in figures {
            MetricText.single(name, type, help, value, to: &output)
        }
        MetricText.refused(
            "apus_memory_pool_refused_total",
            "Asked for in vain: of the pool, or of what one caller may have of it.",
            memory.refused, to: &output)
    }

    /// How long whoever shares a loop with others has waited for them.
    private func append(_ turns: [LongTurns], to output: inout [UInt8]) {
        let name = "apus_loop_long_turns_total"
        MetricText.head(name, "counter", "Turns of the loops that took so long.", to: &output)
        for (index, bound) in LongTurns.bounds.enumerated() {
            let count = turns.reduce(0) { $0 + $1.counts[index] }
            output.append(utf8: "\(name){seconds=\"\(Double(bound) / 1e3)\"} \(count)\n")
        }
        let longest = turns.map { $0.takeLongest() }.max() ?? 0
        MetricText.seconds(
            "apus_loop_longest_turn_seconds", "gauge", "The longest turn since the last look.",
            nanoseconds: longest, to: &output)
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

    /// A metric of one span of time.
    static func seconds(
        _ name: String, _ type: String, _ help: String, nanoseconds: some BinaryInteger,
        to output: inout [UInt8]
    ) {
        head(name, type, help, to: &output)
        output.append(utf8: "\(name) \(Double(nanoseconds) / 1e9)\n")
    }

    /// How many spans of time were up to each bound, and how long all of them were.
    ///
    /// - Parameters:
    ///   - counts: By the first bound that a span was not above; the last are those above all.
    ///   - bounds: In microseconds.
    static func histogram(
        _ name: String, _ help: String, _ counts: some Collection<some BinaryInteger>,
        microseconds bounds: some Collection<some BinaryInteger>,
        nanoseconds: some BinaryInteger, to output: inout [UInt8]
    ) {
        head(name, "histogram", help, to: &output)
        var count: UInt64 = 0
        for (next, bound) in zip(counts, bounds.map { "\(Double($0) / 1e6)" } + ["+Inf"]) {
            count += UInt64(next)
            output.append(utf8: "\(name)_bucket{le=\"\(bound)\"} \(count)\n")
        }
        output.append(utf8: "\(name)_sum \(Double(nanoseconds) / 1e9)\n")
        output.append(utf8: "\(name)_count \(count)\n")
    }

    /// A counter of what was refused because there was no more of it, in all, or for its caller or
    /// his site.
    static func refused(
        _ name: String, _ help: String, _ counts: RefusalCounts, to output: inout [UInt8]
    ) {
        head(name, "counter", help, to: &output)
        output.append(utf8: "\(name){bound=\"all\"} \(counts.inAll)\n")
        output.append(utf8: "\(name){bound=\"caller\"} \(counts.ofCaller)\n")
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
            "apus_passwords_hashed_total", "counter", "Passwords hashed.", queue.hashed,
            to: &output)
        MetricText.refused(
            "apus_passwords_refused_total",
            "Passwords refused as too many waited, in all or of their address.", queue.refused,
            to: &output)
        MetricText.single(
            "apus_auth_sessions_replaced_total", "counter",
            "Sessions ended because their users began more than they may have.",
            replacedSessions, to: &output)
        let name = "apus_auth_refused_total"
        MetricText.head(name, "counter", "Calls refused by a limit of sign-in.", to: &output)
        for (limit, count) in refusedCalls {
            output.append(utf8: "\(name){limit=\"\(limit)\"} \(count)\n")
        }
    }
}
