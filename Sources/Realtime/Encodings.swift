import HTTP

/// What has been encoded of one change, made once whatever the number of listeners, and gone with
/// the change.
///
/// Frames beyond a bound are made again for who needs them: while a change is told in steps, its
/// earlier frames leave with the sockets' output, and nobody counts those kept here.
final class Encodings {
    private struct DataKey: Hashable {
        let projection: ObjectIdentifier
        let showsOld: Bool
    }

    /// What is in a frame.
    struct Content: Hashable {
        let topic: TopicFrames
        let projection: Projection
        let showsOld: Bool
        let ids: [Int]

        static func == (a: Content, b: Content) -> Bool {
            a.topic === b.topic && a.projection === b.projection && a.showsOld == b.showsOld
                && a.ids == b.ids
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(topic))
            hasher.combine(ObjectIdentifier(projection))
            hasher.combine(showsOld)
            hasher.combine(ids)
        }
    }

    /// Each keeps its projection, whose place in memory would be another's otherwise.
    private var data: [DataKey: (projection: Projection, bytes: [UInt8])] = [:]
    private var frames: [Content: FramedBytes] = [:]
    private var byteCount = 0

    /// What a projection tells of the change.
    func data(_ projection: Projection, showsOld: Bool, make: () -> [UInt8]) -> [UInt8] {
        let key = DataKey(projection: ObjectIdentifier(projection), showsOld: showsOld)
        if let known = data[key] { return known.bytes }
        let bytes = make()
        makeRoom(for: bytes.count)
        data[key] = (projection, bytes)
        return bytes
    }

    /// A frame around that.
    func frame(_ content: Content, make: () -> FramedBytes) -> FramedBytes {
        if let known = frames[content] { return known }
        let frame = make()
        makeRoom(for: frame.bytes.count)
        frames[content] = frame
        return frame
    }

    /// Forgets all.
    func removeAll() {
        data = [:]
        frames = [:]
        byteCount = 0
    }

    private func makeRoom(for count: Int) {
        if byteCount + count > RealtimeLimits.encodedBytesKept { removeAll() }
        byteCount += count
    }
}
