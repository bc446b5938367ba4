import Bytes
import HTTP
import Values

/// The frames of one topic in one serializer, around payloads that know of neither. Channels that
/// are told the same of a change, on whatever sockets, send the same bytes.
final class TopicFrames {
    /// What tells these apart.
    struct Key: Hashable {
        let topic: ExactText
        let serializer: Serializer
    }

    /// Up to the bracket of `ids`.
    private let prefix: [UInt8]
    private let suffix: [UInt8]

    /// The frames of a topic.
    init(_ key: Key) {
        var prefix: [UInt8] = []
        var suffix: [UInt8] = []
        key.serializer.appendHead(topic: key.topic.text, event: "postgres_changes", to: &prefix)
        prefix.append(ascii: "{\"ids\":[")
        suffix.append(ASCII.rightBrace)
        key.serializer.appendEnd(to: &suffix)
        self.prefix = prefix
        self.suffix = suffix
    }

    /// The frame for bindings of one projection.
    func frame(_ ids: [Int], _ projection: Projection, showsOld: Bool, in round: Round)
        -> FramedBytes
    {
        let content = Encodings.Content(
            topic: self, projection: projection, showsOld: showsOld, ids: ids)
        return round.encodings.frame(content) {
            frame(ids, around: projection.data(in: round, showsOld: showsOld))
        }
    }

    private func frame(_ ids: [Int], around data: [UInt8]) -> FramedBytes {
        var list: [UInt8] = []
        for (index, id) in ids.enumerated() {
            if index > 0 { list.append(ASCII.comma) }
            list.append(decimal: id)
        }
        list.append(ascii: "],\"data\":")
        return FramedBytes(textParts: [prefix, list, data, suffix])
    }
}
