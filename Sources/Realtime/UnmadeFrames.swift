import HTTP

/// What the members of one audience are told of a change, made frame by frame: a channel may have
/// as many as it has bindings, of a megabyte each.
struct UnmadeFrames {
    private let topic: TopicFrames
    private let showsOld: Bool
    private var contents: ContiguousArray<(ids: [Int], projection: Projection)> = []
    private var place = 0

    /// None.
    ///
    /// - Parameter showsOld: whether the whole old row may be shown.
    init(_ topic: TopicFrames, showsOld: Bool) {
        self.topic = topic
        self.showsOld = showsOld
    }

    /// Whether all have been made.
    var isEmpty: Bool { place == contents.count }

    /// Adds the frame for bindings of one projection.
    mutating func append(_ ids: [Int], _ projection: Projection) {
        contents.append((ids, projection))
    }

    /// Makes none of the others.
    mutating func removeAll() { place = contents.count }

    /// Makes the next one.
    mutating func makeFirst(in round: Round) -> FramedBytes? {
        guard place < contents.count else { return nil }
        let (ids, projection) = contents[place]
        place += 1
        return topic.frame(ids, projection, showsOld: showsOld, in: round)
    }
}
