import Foundation
import Glibc

@testable import PostgresWire

/// The text of a file; nil when there is none.
func contents(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

/// The server that the environment names: `APUS_POSTGRES=postgres://apus@/postgres?host=/tmp/pg`.
///
/// With `APUS_POSTGRES_RECORD=15` the conversations with it become the recordings of that version.
/// `APUS_POSTGRES_SCENARIO` names the only scenario to hold: `pgbouncer` behind a PgBouncer 1.18
/// with `pool_mode=transaction` and `server_lifetime=0`, `scram-plus` over a relay that speaks TLS.
enum LiveServer {
    static let target = variable("APUS_POSTGRES").flatMap { try? ConnectionTarget($0) }
    static let recordedVersion = variable("APUS_POSTGRES_RECORD")
    static let onlyScenario = variable("APUS_POSTGRES_SCENARIO")
    static let fuzzRounds = variable("APUS_FUZZ_ROUNDS").flatMap { Int($0) }
    static let seed = variable("APUS_SEED").flatMap { UInt64($0) }

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

/// A blocking connection to a server, plain or over a Unix socket, with a record of what was said.
final class SocketPeer: Peer {
    private let host: PostgresWire.Host
    private let descriptor: Int32
    private(set) var turns: [Recording.Turn] = []

    init(_ host: PostgresWire.Host) throws {
        self.host = host
        descriptor = try Self.connected(to: host)
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        turns.append(Recording.Turn(isClient: true, bytes: bytes))
        Self.send(bytes, over: descriptor)
    }

    func receive() -> [UInt8] {
        let bytes = Self.receive(from: descriptor)
        if !bytes.isEmpty { turns.append(Recording.Turn(isClient: false, bytes: bytes)) }
        return bytes
    }

    func sendApart(_ packet: [UInt8]) {
        guard let other = try? Self.connected(to: host) else { return }
        Self.send(packet, over: other)
        while !Self.receive(from: other).isEmpty {}
        close(other)
    }

    private static func send(_ bytes: [UInt8], over descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }

    private static func receive(from descriptor: Int32) -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        return count > 0 ? Array(chunk[..<count]) : []
    }

    private static func connected(to host: PostgresWire.Host) throws -> Int32 {
        let isLocal = host.socketPath != nil
        let descriptor = socket(
            isLocal ? AF_UNIX : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let isConnected =
            host.socketPath.map { connect(descriptor, path: $0) }
            ?? connect(descriptor, port: host.port)
        guard isConnected else {
            close(descriptor)
            throw ConversationOver()
        }
        return descriptor
    }

    private static func connect(_ descriptor: Int32, path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            unsafe place.copyBytes(from: path.utf8.prefix(107))
        }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// Loopback only.
    private static func connect(_ descriptor: Int32, port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
