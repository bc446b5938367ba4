import Foundation
import Glibc

/// A blocking client that can misbehave. Every wait ends after ten seconds.
final class TestClient {
    private(set) var descriptor: Int32
    private var buffer: [UInt8] = []
    /// Whether the peer has reset the connection.
    private(set) var wasReset = false

    init(port: Int, receiveBufferBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBufferBytes {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result != 0 { throw CocoaError(.fileReadUnknown) }
    }

    deinit { close() }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Vanishes with a reset.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends all of it, or as much as the peer takes before it resets.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    descriptor, $0.baseAddress! + sent, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { break }
            sent += count
        }
        return sent
    }

    /// More bytes; false at the end of the stream, a reset, or after the time limit.
    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        if count > 0 { buffer += chunk[..<count] }
        if count < 0, errno == ECONNRESET { wasReset = true }
        return count > 0
    }

    func read(count: Int) -> [UInt8] {
        while buffer.count < count, fill() {}
        let part = Array(buffer.prefix(count))
        buffer.removeFirst(part.count)
        return part
    }

    func readToEnd() -> String {
        while fill() {}
        defer { buffer = [] }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// One response: its head, and as much body as `Content-Length` says.
    func readResponse(toHead: Bool = false) -> TestResponse? {
        let blank = Array("\r\n\r\n".utf8)
        var end = buffer.firstRange(of: blank)
        while end == nil {
            guard fill() else { return nil }
            end = buffer.firstRange(of: blank)
        }
        guard let end else { return nil }
        let head = String(decoding: read(count: end.upperBound), as: UTF8.self)
        var response = TestResponse(head: head, body: "")
        let length = Int(response.field("Content-Length") ?? "0") ?? 0
        if !toHead { response.body = String(decoding: read(count: length), as: UTF8.self) }
        return response
    }

    /// A chunked body to its end: the bytes of data in it, or nil if it is cut off.
    func readChunks() -> Int? {
        var total = 0
        while true {
            var line = ""
            while !line.hasSuffix("\r\n") {
                let byte = read(count: 1)
                if byte.isEmpty { return nil }
                line.append(String(decoding: byte, as: UTF8.self))
            }
            guard let size = Int(line.dropLast(), radix: 16) else { return nil }
            total += size
            guard read(count: size + 2).count == size + 2 else { return nil }
            if size == 0 { return total }
        }
    }

    /// One server frame: its first byte and its payload.
    func readFrame() -> (first: UInt8, payload: [UInt8])? {
        let start = read(count: 2)
        guard start.count == 2 else { return nil }
        var length = Int(start[1])
        if length >= 126 {
            length = read(count: length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
        }
        return (start[0], read(count: length))
    }
}

struct TestResponse: Equatable {
    let head: String
    var body: String

    var status: Int { Int(head.split(separator: " ")[1]) ?? 0 }

    func field(_ name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}

/// Looks again and again until a condition holds; false after ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(1))
    }
    return condition()
}

/// A client's masked frame.
func clientFrame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let mask: [UInt8] = [0x11, 0x22, 0x33, 0x44]
    var bytes = [first]
    if payload.count < 126 {
        bytes.append(0x80 | UInt8(payload.count))
    } else if payload.count < 65_536 {
        bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    } else {
        bytes += [0xFF] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
}
