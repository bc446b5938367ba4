import Bytes

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
        payload.append(ascii: "{\"status\":\"error\",\"response\":")
        payload.append(contentsOf: Self.reason(reason))
        payload.append(ASCII.rightBrace)
        return payload
    }

    /// `{"reason":…}`: what clients show of a channel that broke.
    static func reason(_ reason: String) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(ascii: "{\"reason\":")
        payload.append(jsonString: reason)
        payload.append(ASCII.rightBrace)
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
