import Bytes

/// How envelopes are written on one socket, chosen by the client's `vsn` parameter.
enum Serializer: Hashable, Sendable {
    /// 1.0.0: `{"topic","event","payload","ref"}`.
    case objects
    /// 2.0.0: `[join_ref,ref,topic,event,payload]`.
    case arrays

    /// JSON text of an absent reference.
    static let null: [UInt8] = Array("null".utf8)

    /// Reads `vsn`; absent means 1.0.0. Nil for anything but 1.0.x and 2.0.x.
    init?(version: String?) {
        guard let version else {
            self = .objects
            return
        }
        let parts = version.utf8.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(ASCII.isDigit) }),
            parts[1].elementsEqual("0".utf8)
        else { return nil }
        if parts[0].elementsEqual("1".utf8) {
            self = .objects
        } else if parts[0].elementsEqual("2".utf8) {
            self = .arrays
        } else {
            return nil
        }
    }

    /// One text message.
    ///
    /// - Parameters:
    ///   - payload: a JSON object; clients fail on anything else.
    ///   - reference: JSON text. 1.0.0 always carries the key: Python drops frames without it.
    ///   - joinReference: JSON text, written in 2.0.0 only.
    func message(
        topic: String, event: StaticString, payload: [UInt8],
        reference: [UInt8] = Serializer.null, joinReference: [UInt8] = Serializer.null
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(payload.count + topic.utf8.count + 96)
        appendHead(
            topic: topic, event: event, reference: reference, joinReference: joinReference,
            to: &text)
        text.append(contentsOf: payload)
        appendEnd(to: &text)
        return text
    }

    /// What stands in front of the payload of a message.
    func appendHead(
        topic: String, event: StaticString, reference: [UInt8] = Serializer.null,
        joinReference: [UInt8] = Serializer.null, to text: inout [UInt8]
    ) {
        switch self {
        case .objects:
            text.append(ascii: "{\"ref\":")
            text.append(contentsOf: reference)
            text.append(ascii: ",\"topic\":")
            text.append(jsonString: topic)
            text.append(ascii: ",\"event\":\"")
            text.append(ascii: event)
            text.append(ascii: "\",\"payload\":")
        case .arrays:
            text.append(ASCII.leftBracket)
            text.append(contentsOf: joinReference)
            text.append(ASCII.comma)
            text.append(contentsOf: reference)
            text.append(ASCII.comma)
            text.append(jsonString: topic)
            text.append(ascii: ",\"")
            text.append(ascii: event)
            text.append(ascii: "\",")
        }
    }

    /// What stands behind it.
    func appendEnd(to text: inout [UInt8]) {
        switch self {
        case .objects: text.append(ASCII.rightBrace)
        case .arrays: text.append(ASCII.rightBracket)
        }
    }
}
