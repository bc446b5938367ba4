import Bytes
import Foundation

/// A Supabase Realtime client, serializer 1.0.0, over a WebSocket made by hand (RFC 6455).
final class FeedClient {
    private let socket: LoopbackSocket
    private var received: [UInt8] = []
    private var reference = 0

    init(port: Int, key: String) throws {
        socket = try LoopbackSocket(port: port)
        let request = """
            GET /realtime/v1/websocket?apikey=\(key)&vsn=1.0.0 HTTP/1.1\r
            Host: 127.0.0.1\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
            \r

            """
        try socket.send(Array(request.utf8))
        let end = Array("\r\n\r\n".utf8)
        while received.firstRange(of: end) == nil {
            let more = try socket.receive()
            guard !more.isEmpty else { throw SocketFault.closed }
            received += more
        }
        guard String(utf8: received).hasPrefix("HTTP/1.1 101"), let range = received.firstRange(of: end)
        else { throw SocketFault.malformed }
        received.removeFirst(range.upperBound)
    }

    /// Joins `realtime:TOPIC` with bindings and waits until they are live.
    func join(_ topic: String, bindings: JSON, token: String) throws {
        let payload: JSON = ["config": ["postgres_changes": bindings], "access_token": .string(token)]
        let answer = try push(topic, "phx_join", payload)
        guard answer["payload"]?["status"] == "ok" else { throw SocketFault.refused }
        while try next()["event"] != "system" {}
    }

    /// Sends a message and waits for its reply.
    func push(_ topic: String, _ event: String, _ payload: JSON) throws -> JSON {
        try send(topic, event, payload)
        while true {
            let answer = try next()
            if answer["event"] == "phx_reply", answer["ref"] == .string("\(reference)") { return answer }
        }
    }

    /// Sends a message that may go without a reply.
    func send(_ topic: String, _ event: String, _ payload: JSON) throws {
        reference += 1
        let message: JSON = [
            "topic": .string(topic == "phoenix" ? topic : "realtime:\(topic)"), "event": .string(event),
            "payload": payload, "ref": .string("\(reference)"), "join_ref": .string("\(reference)"),
        ]
        try send(text: message.bytes)
    }

    /// The next row change.
    func nextChange() throws -> JSON {
        while true {
            let message = try next()
            if message["event"] == "postgres_changes" { return message["payload"]?["data"] ?? .null }
        }
    }

    /// The next message of any kind.
    func next() throws -> JSON {
        while true {
            if let frame = takeFrame() {
                guard frame.opcode == 1 else { continue }
                return JSON(try JSONDocument(parsing: frame.payload).root)
            }
            let more = try socket.receive()
            guard !more.isEmpty else { throw SocketFault.closed }
            received += more
        }
    }

    private func takeFrame() -> (opcode: UInt8, payload: [UInt8])? {
        guard received.count >= 2 else { return nil }
        var length = Int(received[1] & 0x7F)
        var start = 2
        let extra = length == 126 ? 2 : length == 127 ? 8 : 0
        guard received.count >= 2 + extra else { return nil }
        if extra > 0 {
            length = received[2..<2 + extra].reduce(0) { $0 << 8 | Int($1) }
            start += extra
        }
        guard received.count >= start + length else { return nil }
        let frame = (received[0] & 0x0F, Array(received[start..<start + length]))
        received.removeFirst(start + length)
        return frame
    }

    private func send(text: [UInt8]) throws {
        var frame: [UInt8] = [0x81]
        switch text.count {
        case ..<126: frame.append(0x80 | UInt8(text.count))
        default: frame += [0x80 | 126, UInt8(text.count >> 8 & 0xFF), UInt8(text.count & 0xFF)]
        }
        frame += [0, 0, 0, 0] + text
        try socket.send(frame)
    }
}
