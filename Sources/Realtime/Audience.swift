internal import Database
internal import HTTP

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

    let key: Key
    let frames: TopicFrames
    /// One for each binding and model, in the order of the bindings.
    private(set) var listeners: [Listener] = []
    /// A session is in here once: a topic is joined once per socket.
    private(set) var members: ContiguousArray<RealtimeSession> = []

    private var number: UInt64 = 0
    private var hits: ContiguousArray<Listener> = []
    /// Whether a listener's predicate broke in this round.
    private(set) var isBroken = false

    /// An audience without listeners or members.
    init(_ key: Key, frames: TopicFrames) {
        self.key = key
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
            let request = key.bindings[ordinal]
            let ear = Ear(id: request.id, feed: ObjectIdentifier(binding.feed))
            guard ears.insert(ear).inserted,
                let lent = binding.feed.lend(binding, isService: key.isService, context: context)
            else { continue }
            let listener = Listener(
                lent, of: request, ordinal: ordinal, feed: binding.feed, audience: self)
            binding.feed.insert(listener)
            listeners.append(listener)
        }
    }

    /// Takes the listeners out of their feeds; called when the last member has left.
    func stopListening() {
        for listener in listeners { listener.feed.remove(listener) }
        listeners.removeAll()
    }

    /// Adds a session and answers its place.
    func add(_ session: RealtimeSession) -> Int {
        members.append(session)
        return members.count - 1
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
        let isFirst = number != round.number
        if isFirst {
            number = round.number
            hits.removeAll(keepingCapacity: true)
            isBroken = false
        }
        if verdict == .broken { isBroken = true } else { hits.append(listener) }
        return isFirst
    }

    /// The frames of the noted listeners: one, unless they show different columns.
    func appendFrames(in round: Round, to frames: inout ContiguousArray<FramedBytes>) {
        if hits.count == 1, let hit = hits.first {
            let showsOld = hit.mayShowOld(in: round)
            frames.append(
                self.frames.frame(hit.ids, hit.projection, showsOld: showsOld, in: round))
            return
        }
        hits.sort { $0.ordinal < $1.ordinal }
        while let first = hits.first {
            let ids = hits.filter { $0.projection === first.projection }.map(\.id)
            hits.removeAll { $0.projection === first.projection }
            let showsOld = first.mayShowOld(in: round)
            frames.append(
                self.frames.frame(ids, first.projection, showsOld: showsOld, in: round))
        }
    }
}
