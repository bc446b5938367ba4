import CrashTestSupport
import Glibc
import TestSupport

/// What is done to a server while others use it. Confined to its thread.
struct Disturbance {
    private let node: ServedNode
    private let clients: Clients
    var generator = SeededGenerator(seed: FaultScale.seed)
    var summary = FaultRun.Summary()
    private var command: LoggingCommand?

    init(_ node: ServedNode, _ clients: Clients) {
        self.node = node
        self.clients = clients
    }

    /// The number of the server's process.
    var process: Int32 { command?.process ?? 0 }

    /// What it has logged since it was started.
    var logged: [String] { command?.logged ?? [] }

    mutating func start(
        under wrapper: [String] = [], environment: [String: String] = [:]
    ) throws {
        command = try node.start(under: wrapper, environment: environment)
    }

    mutating func kill() { command.map { take(node.kill($0)) } }

    /// Ends it in order.
    mutating func end() { command.map { take(node.end($0)) } }

    private mutating func take(_ lines: [String]) {
        command = nil
        summary.logged += lines
        summary.faults += lines.filter { $0.contains("atal error") }
    }

    /// Waits some time in this range, in milliseconds.
    mutating func pause(_ range: ClosedRange<Int>) {
        usleep(UInt32(Int.random(in: range, using: &generator)) * 1_000)
    }

    /// A disturbance is over: waits until some writes were acknowledged.
    mutating func expectWrites() {
        summary.disturbances += 1
        let start = ContinuousClock.now
        guard clients.waitForWrites() else { return summary.faults.append("no write for 30 s") }
        summary.slowestReturn = max(summary.slowestReturn, .now - start)
    }
}
