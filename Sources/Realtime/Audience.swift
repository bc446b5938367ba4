import HTTP
import Store
import Values

/// Channels that are told exactly the same: equal topic, serializer, bindings and rule inputs. A
/// change is decided once for all of them.
final class Audience {
    /// What makes channels equal.
    struct Key: Hashable {
        let frames: TopicFrames.Key
        let bindings: [BindingRequest]
        /// What rules ask about the caller; empty for the service role.
        let caller: [Value]
        let isService: Bool
    }

    /// Tells audiences of one hub apart; never used twice.
    typealias Number = UInt64

    let key: Key
    let number: Number
    let frames: TopicFrames
    /// One for each binding and model, in the order of the bindings.
    private(set) var listeners: [Listener] = []
    /// A session is in here once: a topic is joined once per socket.
    private(set) var members: ContiguousArray<RealtimeSession> = []
    /// The change behind which the last of them begin, or a later one.
    private(set) var newestStart = Int64.min

    private var roundNumber: UInt64 = 0
    private var hits: ContiguousArray<Listener> = []
    /// Whether a listener's predicate broke in this round.
    private(set) var isBroken = false

    /// An audience without listeners or members.
    init(_ key: Key, number: Number, frames: TopicFrames) {
        self.key = key
        self.number = number
        self.frames = frames
    }

    /// A binding of one id on one model: the second of two equal ones would repeat the id.
    private struct Ear: Hashable {
        let id: Int
        let feed: ObjectIdentifier
    }

    /// Makes the listeners; called once, before the first member comes.
    func listen(_ bindings: [(ordinal: Int, ResolvedBinding)], context: QueryContext) {
        var ears: Set<Ear> = []
        for (ordinal, binding) in bindings {
            let id = key.bindings[ordinal].id
            let ear = Ear(id: id, feed: ObjectIdentifier(binding.feed))
            guard ears.insert(ear).inserted,
                let lent = binding.feed.lend(binding, isService: key.isService, context: context)
            else { continue }
            let listener = Listener(
                lent, of: binding, id: id, ordinal: ordinal, audience: self)
            binding.feed.insert(listener)
            listeners.append(listener)
        }
    }

    /// Takes the listeners out of their feeds; called when the last member has left.
    func stopListening() {
        for listener in listeners { listener.feed.remove(listener) }
        listeners.removeAll()
    }

    /// Adds a session that hears what comes behind a change, and answers its place.
    func add(_ session: RealtimeSession, after sequence: Int64) -> Int {
        newestStart = max(newestStart, sequence)
        members.append(session)
        return members.count - 1
    }

    /// Whether a change is older than the place in here of a member.
    func isOld(_ sequence: Int64, for session: RealtimeSession) -> Bool {
        guard let channel = session.channels[key.frames.topic] else { return false }
        return sequence <= channel.boundAfter
    }

    /// Removes the session at a place and answers the one that has moved there.
    func remove(at place: Int) -> RealtimeSession? {
        members.swapAt(place, members.count - 1)
        members.removeLast()
        return place < members.count ? members[place] : nil
    }

    /// Notes that a listener's change has passed, or that it could not be judged. Answers whether
    /// this is the first note of the round.
    func note(_ listener: Listener, _ verdict: Judge.Verdict, in round: Round) -> Bool {
        let isFirst = roundNumber != round.number
        if isFirst { begin(round) }
        if verdict == .broken { isBroken = true } else { hits.append(listener) }
        return isFirst
    }

    /// Notes the listeners of a feed whose filters a change passes. For members that catch up with
    /// a change which passed the audience's rule when it was published.
    func noteFiltered(_ feed: ModelFeed, in round: Round) {
        begin(round)
        for listener in listeners
        where listener.feed === feed && listener.wants(round.change.operation)
            && listener.filterVerdict(in: round) == .passes
        {
            hits.append(listener)
        }
    }

    private func begin(_ round: Round) {
        roundNumber = round.number
        hits.removeAll(keepingCapacity: true)
        isBroken = false
    }

    /// Whether the noted listeners may be shown the whole old row: those of one feed share its
    /// rule.
    func mayShowOld(in round: Round) -> Bool { hits.first?.mayShowOld(in: round) ?? false }

    /// Makes the frames of the noted listeners: one, unless they show different columns.
    func forEachFrame(showsOld: Bool, in round: Round, _ body: (FramedBytes) -> Void) {
        if hits.count == 1, let hit = hits.first {
            return body(frames.frame(hit.ids, hit.projection, showsOld: showsOld, in: round))
        }
        hits.sort { $0.ordinal < $1.ordinal }
        while let first = hits.first {
            let ids = hits.filter { $0.projection === first.projection }.map(\.id)
            hits.removeAll { $0.projection === first.projection }
            body(frames.frame(ids, first.projection, showsOld: showsOld, in: round))
        }
    }
}
