import Bytes

/// One message of a client, of either serializer.
struct ClientMessage {
    /// What the client wants.
    enum Event: Equatable {
        case heartbeat, join, leave, accessToken
        /// A message for the other members of the topic.
        case broadcast
        /// Track or untrack.
        case presence
        case other(String)

        /// Whether a message on a channel counts for the quotas of whom that speaks for. What ends
        /// a channel, or renews its token, does not wait.
        var isCounted: Bool {
            switch self {
            case .leave, .accessToken: false
            case .heartbeat, .join, .broadcast, .presence, .other: true
            }
        }

        init(name: String) {
            switch name {
            case "heartbeat": self = .heartbeat
            case "phx_join": self = .join
            case "phx_leave": self = .leave
            case "access_token": self = .accessToken
            case "broadcast": self = .broadcast
            case "presence": self = .presence
            default: self = .other(name)
            }
        }
    }

    /// JSON text, echoed and never interpreted; `null` when absent.
    let joinReference: [UInt8]
    /// JSON text, echoed and never interpreted; `null` when absent.
    let reference: [UInt8]
    /// As sent, with its `realtime:`.
    let topic: String
    let event: Event
    /// The payload; null if the client sent none.
    let payload: JSONValue

    /// Reads a text message. Nil if it is not JSON, lacks a field or has more values than any of
    /// use, or a text that no word is: such messages are dropped and the connection stays open.
    init?(text: [UInt8], serializer: Serializer) {
        guard let root = Self.root(of: text) else { return nil }
        switch serializer {
        case .objects:
            guard let topic = root["topic"], let event = root["event"],
                let reference = root["ref"], let payload = root["payload"]
            else { return nil }
            self.init(
                joinReference: root["join_ref"], reference: reference, topic: topic, event: event,
                payload: payload)
        case .arrays:
            let items = root.elements
            guard items.count >= 5 else { return nil }
            self.init(
                joinReference: items[0], reference: items[1], topic: items[2], event: items[3],
                payload: items[4])
        }
    }

    private init?(
        joinReference: JSONValue?, reference: JSONValue, topic: JSONValue, event: JSONValue,
        payload: JSONValue
    ) {
        guard let joinReference = Self.echo(joinReference), let reference = Self.echo(reference),
            let topic = topic.string, let event = event.string
        else { return nil }
        self.joinReference = joinReference
        self.reference = reference
        self.topic = topic
        self.event = Event(name: event)
        self.payload = payload
    }

    /// Reads the JSON of a message; nil also for what would take long to look at.
    private static func root(of json: [UInt8]) -> JSONValue? {
        guard JSONDocument.valueCountMax(of: json) <= RealtimeLimits.messageValues,
            StreamSafeText.holds(json: json.span)
        else { return nil }
        return try? JSONDocument(parsing: json, depthMax: RealtimeLimits.messageDepth).root
    }

    /// A reference as it goes back: text, number or null. Nil for arrays, objects and booleans.
    private static func echo(_ value: JSONValue?) -> [UInt8]? {
        guard let value else { return Serializer.null }
        return switch value.kind {
        case .null, .string, .number: Array(value.raw)
        case .bool, .array, .object: nil
        }
    }
}

// Binary messages of serializer 2.0.0. Lengths are single bytes.
//
//     0 push            00 joinRef# ref# topic# event# | join_ref ref topic event | JSON payload
//     3 user broadcast  03 joinRef# ref# topic# event# meta# enc | … event meta | user payload
//     4 (server only)   04 topic# event# meta# enc | topic event meta | user payload
extension ClientMessage {
    /// Kinds of binary messages that this server knows.
    enum BinaryKind: UInt8 {
        case push = 0
        case userBroadcastPush = 3
        case userBroadcast = 4
    }

    /// Reads a binary message of serializer 2.0.0. Nil if it is cut short or of a kind that
    /// clients do not send.
    init?(binary: [UInt8]) {
        guard let first = binary.first, let kind = BinaryKind(rawValue: first) else { return nil }
        switch kind {
        case .push: self.init(push: binary, extraLengths: 0)
        case .userBroadcastPush: self.init(push: binary, extraLengths: 2)
        case .userBroadcast: return nil
        }
    }

    private init?(push bytes: [UInt8], extraLengths: Int) {
        let head = 5 + extraLengths
        guard bytes.count >= head else { return nil }
        var position = head
        var parts: [ArraySlice<UInt8>] = []
        for index in 1...4 {
            let end = position + Int(bytes[index])
            guard end <= bytes.count else { return nil }
            parts.append(bytes[position..<end])
            position = end
        }
        if extraLengths > 0 {
            position += Int(bytes[5])
            guard position <= bytes.count, bytes[6] <= 1 else { return nil }
        }
        guard parts.allSatisfy({ UTF8Check.isValid($0.span) }) else { return nil }
        let isBroadcast = extraLengths > 0
        // A user's payload is opaque here: only generic pushes carry JSON that the server reads.
        let json = isBroadcast ? ServerPayload.empty : Array(bytes[position...])
        guard let payload = Self.root(of: json) else { return nil }
        joinReference = Self.quoted(parts[0])
        reference = Self.quoted(parts[1])
        topic = String(utf8: parts[2])
        event = isBroadcast ? .broadcast : Event(name: String(utf8: parts[3]))
        self.payload = payload
    }

    /// The JSON text of a reference; an empty one is `null`.
    private static func quoted(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard !bytes.isEmpty else { return Serializer.null }
        var text: [UInt8] = []
        text.append(jsonString: bytes.span)
        return text
    }
}
