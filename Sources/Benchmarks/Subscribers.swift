import CBaseline
import CLinux
import Glibc

/// The subscribed connections, polled together.
@safe
final class Subscribers {
    /// Deliveries so far, and how long they took.
    var result = Measurement()
    private let poll: Int32
    private var wires: [Wire] = []
    /// What a read left behind: the start of a title that the next read completes.
    private var carries: [[UInt8]] = []
    private var lastHeartbeat = monotonicNanoseconds()
    private let usesWebSocket: Bool
    private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: Subscribers.capacity)
    private static let capacity = 1 << 18
    private static let marker = Array("\"title\":\"t".utf8)
    private static let digits = 20
    private static let heartbeatNanoseconds: UInt64 = 15_000_000_000

    init(count: Int, _ server: Server) throws(BenchmarkError) {
        poll = epoll_create1(0)
        usesWebSocket = server.dialect == .apus
        let control = try WireClient(server)
        for index in 0..<count {
            let client = try WireClient(server)
            switch server.dialect {
            case .apus: try Subscribers.joinWebSocket(client, server)
            case .pocketbase: try Subscribers.joinEvents(client, server, control)
            }
            let wire = client.wire
            wire.stopWaiting()
            wires.append(wire)
            carries.append([])
            var event = unsafe epoll_event()
            unsafe event.events = 1  // EPOLLIN
            unsafe event.data.u32 = UInt32(index)
            if unsafe epoll_ctl(poll, EPOLL_CTL_ADD, wire.descriptor, &event) != 0 {
                throw .last("epoll_ctl")
            }
        }
    }

    deinit {
        close(poll)
        unsafe buffer.deallocate()
    }

    /// Reads until `target` deliveries have come.
    func receive(until target: Int) throws(BenchmarkError) {
        let capacity = 512
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { unsafe events.deallocate() }
        while result.count < target {
            let ready = unsafe epoll_wait(poll, events, Int32(capacity), 10_000)
            if ready == 0 {
                throw BenchmarkError("only \(result.count) of \(target) deliveries came")
            }
            if ready < 0 { continue }
            for index in 0..<Int(ready) { try read(Int(unsafe events[index].data.u32)) }
        }
        try beatIfDue()
    }

    private func read(_ index: Int) throws(BenchmarkError) {
        let carried = carries[index].count
        for (offset, byte) in carries[index].enumerated() { unsafe buffer[offset] = byte }
        let got = try unsafe wires[index].receive(
            into: buffer + carried, count: Subscribers.capacity - carried)
        let total = carried + got
        let now = monotonicNanoseconds()
        var start = 0
        while let found = unsafe cbaseline_find(
            buffer + start, total - start, Subscribers.marker, Subscribers.marker.count)
        {
            let digits = unsafe found - UnsafeRawPointer(buffer) + Subscribers.marker.count
            guard digits + Subscribers.digits <= total else { break }
            var sentAt: UInt64 = 0
            var position = digits
            while case let byte = unsafe buffer[position], byte >= 48, byte <= 57 {
                sentAt = sentAt &* 10 &+ UInt64(byte - 48)
                position += 1
            }
            result.latencies.record(now &- sentAt)
            result.count += 1
            start = position
        }
        let keep = min(total - start, Subscribers.marker.count + Subscribers.digits - 1)
        carries[index].removeAll(keepingCapacity: true)
        for offset in (total - keep)..<total { unsafe carries[index].append(buffer[offset]) }
    }

    /// realtime.md: a connection that says nothing for long is closed.
    private func beatIfDue() throws(BenchmarkError) {
        let now = monotonicNanoseconds()
        guard usesWebSocket, now - lastHeartbeat > Subscribers.heartbeatNanoseconds else { return }
        lastHeartbeat = now
        let frame = maskedFrame(
            #"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"beat"}"#)
        for wire in wires { try wire.send(frame) }
    }

    /// Joins `realtime:bench` for inserts and waits until the feed is live.
    private static func joinWebSocket(_ client: WireClient, _ server: Server) throws(BenchmarkError)
    {
        let upgrade =
            "GET /realtime/v1/websocket?apikey=\(server.key)&vsn=1.0.0 HTTP/1.1\r\n"
            + "Host: 127.0.0.1:\(server.port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        try client.send(Array(upgrade.utf8))
        let answer = try client.receive(until: "\r\n\r\n")
        guard answer.hasPrefix("HTTP/1.1 101") else { throw BenchmarkError("upgrade: \(answer)") }
        let token = server.key.isEmpty ? "" : #","access_token":"\#(server.key)""#
        try client.send(
            maskedFrame(
                #"{"topic":"realtime:bench","event":"phx_join","ref":"1","join_ref":"1","#
                    + #""payload":{"#
                    + #""config":{"broadcast":{"ack":false,"self":false},"presence":{"key":""},"#
                    + #""postgres_changes":[{"event":"INSERT","schema":"public","table":"items"}],"#
                    + #""private":false}\#(token)}}"#))
        let joined = try client.receive(until: "\"system\"")
        guard joined.contains("\"status\":\"ok\"") else { throw BenchmarkError("join: \(joined)") }
    }

    /// PocketBase: an event stream, then a request that names what it shall carry.
    private static func joinEvents(
        _ client: WireClient, _ server: Server, _ control: WireClient
    ) throws(BenchmarkError) {
        try client.send(Array("GET /api/realtime HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8))
        let text = try client.receive(until: "\"clientId\":")
        guard let identifier = text.text(after: "\"clientId\":\"") else {
            throw BenchmarkError("event stream: \(text)")
        }
        let answer = try control.request(
            "POST", "/api/realtime", server,
            body: Array(#"{"clientId":"\#(identifier)","subscriptions":["items/*"]}"#.utf8))
        guard answer.status == 204 else { throw BenchmarkError("subscribe: \(answer.text)") }
    }
}

/// A client's text frame (RFC 6455 §5.2). The mask is zero: the server unmasks all the same.
func maskedFrame(_ text: String) -> [UInt8] {
    let payload = Array(text.utf8)
    var frame: [UInt8] = [0x81]
    if payload.count < 126 {
        frame.append(0x80 | UInt8(payload.count))
    } else {
        frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    }
    return frame + [0, 0, 0, 0] + payload
}
