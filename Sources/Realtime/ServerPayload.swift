internal import Bytes

/// Payloads of what the server says besides row changes. Each is a JSON object.
enum ServerPayload {
    /// `{}`.
    static let empty: [UInt8] = [ASCII.leftBrace, ASCII.rightBrace]

    /// A reply that all went well, around a JSON object.
    static func ok(_ response: [UInt8] = empty) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(ascii: "{\"status\":\"ok\",\"response\":")
        payload.append(contentsOf: response)
        payload.append(ASCII.rightBrace)
        return payload
    }

    /// A reply that refuses. The response is an object: Python drops the frame if it is a string.
    static func error(reason: String) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(ascii: "{\"status\":\"error\",\"response\":{\"reason\":")
        payload.append(jsonString: reason)
        payload.append(ascii: "}}")
        return payload
    }

    /// A `system` message. `channel` is the topic without `realtime:`.
    static func system(_ notice: SystemNotice, channel: String) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(ascii: "{\"extension\":\"")
        payload.append(ascii: notice.isAboutChanges ? "postgres_changes" : "system")
        payload.append(ascii: "\",\"status\":\"")
        payload.append(ascii: notice.isError ? "error" : "ok")
        payload.append(ascii: "\",\"message\":")
        payload.append(jsonString: notice.message)
        payload.append(ascii: ",\"channel\":")
        payload.append(jsonString: channel)
        payload.append(ASCII.rightBrace)
        return payload
    }
}

/// What a `system` message can say. Clients match some of these words, so they are Supabase's.
enum SystemNotice: Equatable {
    /// The bindings of the channel are live.
    case subscribed
    /// The source of changes is live; sent when the join asked for it.
    case connected
    /// A binding is not served; the channel stays open.
    case unusableBinding(String)
    /// Changes were passed over because they could not be judged; the client must read again.
    case mustRefetch(String)
    /// The channel is over because of its token.
    case tokenRefused(String)
    /// The channel is over because its client sends too much.
    case tooManyMessages
    /// The channel is over because its client wants what is not served.
    case unserved(Unserved)
    /// The socket is about to close for a restart.
    case disconnecting

    fileprivate var isAboutChanges: Bool {
        switch self {
        case .subscribed, .unusableBinding, .mustRefetch: true
        case .connected, .tokenRefused, .tooManyMessages, .unserved, .disconnecting: false
        }
    }

    fileprivate var isError: Bool {
        switch self {
        case .subscribed, .connected, .disconnecting: false
        case .unusableBinding, .mustRefetch, .tokenRefused, .tooManyMessages, .unserved: true
        }
    }

    /// Whether a client is told by it what it cannot have. What was said in a reply before is not
    /// said again.
    var isRefusal: Bool {
        switch self {
        case .unusableBinding, .tokenRefused, .tooManyMessages: true
        case .subscribed, .connected, .mustRefetch, .unserved, .disconnecting: false
        }
    }

    var message: String {
        switch self {
        case .subscribed: "Subscribed to PostgreSQL"
        case .connected: "Replication connection established"
        case .unusableBinding(let text), .mustRefetch(let text), .tokenRefused(let text): text
        case .tooManyMessages: "Too many messages per second"
        case .unserved(let what): what.rawValue
        case .disconnecting: "Server requested disconnect"
        }
    }
}
