import CrashTestSupport
import Glibc
import TestSupport

/// What is done to a server while others use it. Confined to its thread.
struct Disturbance {
    private let node: ServedNode
    private let ledger: Ledger
    var generator = SeededGenerator(seed: FaultScale.seed)
    var summary = FaultRun.Summary()
    private var command: LoggingCommand?

    init(_ node: ServedNode, _ ledger: Ledger) {
        self.node = node
        self.ledger = ledger
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
        func successes() -> Int {
            ledger.counts.statuses.reduce(0) { $0 + ($1.key / 100 == 2 ? $1.value : 0) }
        }
        summary.disturbances += 1
        let (before, start) = (successes(), ContinuousClock.now)
        while successes() < before + 5 {
            if .now - start > .seconds(30) { return summary.faults.append("no write for 30 s") }
            usleep(1_000)
        }
        summary.slowestReturn = max(summary.slowestReturn, .now - start)
    }
}
