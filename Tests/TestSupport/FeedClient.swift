public import Bytes

/// A Supabase Realtime client, serializer 1.0.0, over a WebSocket made by hand (RFC 6455).
public final class FeedClient {
    private let socket: LoopbackSocket
    private var reference = 0

    /// Connects and waits for the handshake, whose request has some fields more.
    public init(port: Int, key: String, fields: [(String, String)] = []) throws {
        socket = try LoopbackSocket(port: port)
        let target = "/realtime/v1/websocket?apikey=\(key)&vsn=1.0.0"
        socket.send(webSocketRequest(target, fields: fields))
        guard socket.readAnswer()?.status == 101 else { throw SocketFault.refused }
    }

    /// Joins `realtime:TOPIC` with bindings and waits until they are live.
    public func join(_ topic: String, bindings: JSON, token: String) throws {
        let payload: JSON = [
            "config": ["postgres_changes": bindings], "access_token": .string(token),
        ]
        let answer = try push(topic, "phx_join", payload)
        guard answer["payload"]?["status"] == "ok" else { throw SocketFault.refused }
        while try next()["event"] != "system" {}
    }

    /// Sends a message and waits for its reply.
    public func push(_ topic: String, _ event: String, _ payload: JSON) throws -> JSON {
        try send(topic, event, payload)
        while true {
            let answer = try next()
            if answer["event"] == "phx_reply", answer["ref"] == .string("\(reference)") {
                return answer
            }
        }
    }

    /// Sends a message that may go without a reply.
    public func send(_ topic: String, _ event: String, _ payload: JSON) throws {
        reference += 1
        let message: JSON = [
            "topic": .string(topic == "phoenix" ? topic : "realtime:\(topic)"),
            "event": .string(event),
            "payload": payload, "ref": .string("\(reference)"), "join_ref": .string("\(reference)"),
        ]
        let frame = clientFrame(0x81, message.bytes)
        guard socket.send(frame) == frame.count else { throw SocketFault.ended }
    }

    /// The next row change.
    public func nextChange() throws -> JSON {
        while true {
            let message = try next()
            if message["event"] == "postgres_changes" {
                return message["payload"]?["data"] ?? .null
            }
        }
    }

    /// The next message of any kind.
    public func next() throws -> JSON {
        while true {
            guard let frame = socket.readFrame() else { throw SocketFault.ended }
            guard frame.first & 0x0F == 1 else { continue }
            return JSON(try JSONDocument(parsing: frame.payload).root)
        }
    }
}
