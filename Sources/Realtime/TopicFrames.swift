import Bytes
import HTTP

/// The frames of one topic in one serializer, around payloads that know of neither. Channels that
/// are told the same of a change, on whatever sockets, send the same bytes.
final class TopicFrames {
    /// What tells these apart.
    struct Key: Hashable {
        let topic: String
        let serializer: Serializer
    }

    /// Keeps its projection, whose place in memory would be another's otherwise.
    private struct Content: Hashable {
        let projection: Projection
        let showsOld: Bool
        let ids: [Int]

        static func == (a: Content, b: Content) -> Bool {
            a.projection === b.projection && a.showsOld == b.showsOld && a.ids == b.ids
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(projection))
            hasher.combine(showsOld)
            hasher.combine(ids)
        }
    }

    /// Room for so many frames is kept from round to round.
    private static let framesKept = 64

    /// Up to the bracket of `ids`.
    private let prefix: [UInt8]
    private let suffix: [UInt8]
    private var number: UInt64 = 0
    private var frames: [Content: FramedBytes] = [:]

    /// The frames of a topic.
    init(_ key: Key) {
        var prefix: [UInt8] = []
        var suffix: [UInt8] = []
        key.serializer.appendHead(topic: key.topic, event: "postgres_changes", to: &prefix)
        prefix.append(ascii: "{\"ids\":[")
        suffix.append(ASCII.rightBrace)
        key.serializer.appendEnd(to: &suffix)
        self.prefix = prefix
        self.suffix = suffix
    }

    /// The frame for bindings of one projection; made at most once a round.
    func frame(_ ids: [Int], _ projection: Projection, showsOld: Bool, in round: Round)
        -> FramedBytes
    {
        if number != round.number {
            number = round.number
            frames.removeAll(keepingCapacity: frames.count <= Self.framesKept)
        }
        let content = Content(projection: projection, showsOld: showsOld, ids: ids)
        if let frame = frames[content] { return frame }
        let frame = frame(ids, around: projection.data(in: round, showsOld: showsOld))
        frames[content] = frame
        return frame
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
