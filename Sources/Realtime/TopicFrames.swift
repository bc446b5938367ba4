internal import Bytes
internal import HTTP

/// The frames of one topic in one serializer. Channels that are told the same of a change, on
/// whatever sockets, send the same bytes.
final class TopicFrames {
    /// What tells these apart.
    struct Key: Hashable {
        let topic: String
        let serializer: Serializer
    }

    private struct Entry {
        let projection: Projection
        let showsOld: Bool
        let ids: [Int]
        let frame: FramedBytes
    }

    /// Up to the bracket of `ids`.
    private let prefix: [UInt8]
    private let suffix: [UInt8]
    private var number: UInt64 = 0
    private var entries: [Entry] = []

    /// The frames of a topic.
    init(_ key: Key) {
        var prefix: [UInt8] = []
        var suffix: [UInt8] = []
        switch key.serializer {
        case .objects:
            prefix.append(ascii: "{\"ref\":null,\"topic\":")
            prefix.append(jsonString: key.topic)
            prefix.append(ascii: ",\"event\":\"postgres_changes\",\"payload\":{\"ids\":[")
            suffix.append(ascii: "}}")
        case .arrays:
            prefix.append(ascii: "[null,null,")
            prefix.append(jsonString: key.topic)
            prefix.append(ascii: ",\"postgres_changes\",{\"ids\":[")
            suffix.append(ascii: "}]")
        }
        self.prefix = prefix
        self.suffix = suffix
    }

    /// The frame for bindings of one projection; made at most once a round.
    func frame(_ ids: [Int], _ projection: Projection, showsOld: Bool, in round: Round)
        -> FramedBytes
    {
        if number != round.number {
            number = round.number
            entries.removeAll(keepingCapacity: true)
        }
        for entry in entries
        where entry.projection === projection && entry.showsOld == showsOld && entry.ids == ids {
            return entry.frame
        }
        let data = projection.data(in: round, showsOld: showsOld)
        var text: [UInt8] = []
        text.reserveCapacity(prefix.count + data.count + suffix.count + 16 + 12 * ids.count)
        text.append(contentsOf: prefix)
        for (index, id) in ids.enumerated() {
            if index > 0 { text.append(ASCII.comma) }
            text.append(decimal: id)
        }
        text.append(ascii: "],\"data\":")
        text.append(contentsOf: data)
        text.append(contentsOf: suffix)
        let frame = FramedBytes(text: text)
        entries.append(Entry(projection: projection, showsOld: showsOld, ids: ids, frame: frame))
        return frame
    }
}
