import CrashTestSupport
import Foundation
import Glibc
import PostgresTestSupport
import TestSupport
import Testing

/// A server whose memory ends: it may refuse, and it may die, which a Swift program does that gets
/// none. What it has acknowledged is there.
///
/// `APUS_MEMORY_SHORTAGES=40 swift test --filter MemoryTests` is the whole proof.
@Suite(.blocking, .sqliteOnly, .timeLimit(.minutes(10))) struct MemoryTests {
    /// The program that would print one gets no memory either, and goes on for ever.
    private static let withoutBacktrace = ["SWIFT_BACKTRACE": "enable=no"]

    @Test func `nothing acknowledged is lost when there is no memory left`() async throws {
        let run = try FaultRun()
        let deaths = Counter()
        let summary = await run.run("no memory") { disturbance in
            try disturbance.start(environment: Self.withoutBacktrace)
            for _ in 0..<FaultScale.shortages {
                disturbance.pause(100...300)
                let process = ServedProcess(number: disturbance.process)
                let room = Int.random(in: 1...48, using: &disturbance.generator) << 20
                try process.limitAddresses(to: process.addressBytes + room)
                try Greed(run.node).waste(against: process)
                if !process.isAlive { deaths.next() }
                disturbance.kill()
                try disturbance.start(environment: Self.withoutBacktrace)
                disturbance.expectWrites()
            }
            // Its last words are no fault here.
            disturbance.summary.faults.removeAll { $0.contains("atal error") }
        }
        print("memory: \(deaths.count) deaths of \(FaultScale.shortages) shortages")
        expectSound(summary)
    }
}

/// Clients that ask for much.
private struct Greed {
    private static let clients = 24
    private let port: Int
    private let key: String

    init(_ node: ServedNode) {
        port = node.port ?? 0
        key = node.key
    }

    /// Holds bodies in the server's memory, which never end, until it is gone or a second is
    /// over.
    func waste(against process: ServedProcess) throws {
        let piece = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
        let head = """
            POST /rest/v1/entries HTTP/1.1\r\nHost: a\r\napikey: \(key)\r\n\
            Content-Type: application/json\r\nContent-Length: 9000000\r\n\r\n
            """
        let sockets = (0..<Self.clients).compactMap { _ in try? LoopbackSocket(port: port) }
        for socket in sockets { socket.send(head) }
        for _ in 0..<8 {
            for socket in sockets where process.isAlive { socket.send(piece) }
        }
        let deadline = ContinuousClock.now + .seconds(1)
        while process.isAlive, .now < deadline { usleep(10_000) }
    }
}
