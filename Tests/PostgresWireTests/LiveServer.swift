import Foundation
import PostgresTestSupport
import TestSupport

@testable import PostgresWire

/// The text of a file; nil when there is none.
func contents(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

/// The server that the environment names (`APUS_POSTGRES=postgres://apus@/postgres?host=/tmp/pg`),
/// or else the private one of all tests.
///
/// With `APUS_POSTGRES_RECORD=15` the conversations with it become the recordings of that version.
/// `APUS_POSTGRES_SCENARIO` names the only scenario to hold: `pgbouncer` behind a PgBouncer 1.18
/// with `pool_mode=transaction` and `server_lifetime=0`, `scram-plus` over a relay that speaks TLS.
enum LiveServer {
    static let named = variable("APUS_POSTGRES")
    static let isThere = named != nil || PostgresServer.isInstalled
    static let recordedVersion = variable("APUS_POSTGRES_RECORD")
    static let onlyScenario = variable("APUS_POSTGRES_SCENARIO")
    static let fuzzRounds = variable("APUS_FUZZ_ROUNDS").flatMap { Int($0) }
    static let seed = variable("APUS_SEED").flatMap { UInt64($0) }

    /// Where it is; starts the private one.
    static func target() throws -> ConnectionTarget {
        try ConnectionTarget(try named ?? PostgresServer.shared.url())
    }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name]
    }

    static func record(_ recording: Recording, of scenario: Scenario, in folder: String) throws {
        guard let recordedVersion else { return }
        try recording.text.write(
            toFile: "\(folder)/\(scenario.name)-\(recordedVersion).txt", atomically: true,
            encoding: .utf8)
    }
}

/// A connection to a server, with a record of what was said.
final class SocketPeer: Peer {
    private let host: PostgresWire.Host
    private let socket: LoopbackSocket
    private(set) var turns: [Recording.Turn] = []
    /// What was sent apart and has had no effect yet.
    private var apart: [UInt8]?

    init(_ host: PostgresWire.Host) throws {
        self.host = host
        socket = try LoopbackSocket(host)
    }

    func send(_ bytes: [UInt8]) {
        turns.append(Recording.Turn(isClient: true, bytes: bytes))
        socket.send(bytes)
    }

    /// A request to cancel that overtakes its statement hits nothing: it is repeated until the
    /// server says something.
    func receive() -> [UInt8] {
        let (answered, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        if let packet = apart {
            let host = host
            Thread.detachNewThread {
                while answered.wait(timeout: .now() + .milliseconds(500)) == .timedOut {
                    Self.send(packet, apartFromOthersTo: host)
                }
                ended.signal()
            }
        }
        let bytes = socket.receive()
        if apart != nil {
            answered.signal()
            ended.wait()
            apart = nil
        }
        if !bytes.isEmpty { turns.append(Recording.Turn(isClient: false, bytes: bytes)) }
        return bytes
    }

    func sendApart(_ packet: [UInt8]) {
        apart = packet
        Self.send(packet, apartFromOthersTo: host)
    }

    private static func send(_ packet: [UInt8], apartFromOthersTo host: PostgresWire.Host) {
        guard let other = try? LoopbackSocket(host) else { return }
        other.send(packet)
        _ = other.readToEnd()
    }
}
