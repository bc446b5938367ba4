import HTTP
import Quotas
import Store
import Values

/// Channels that are told exactly the same: equal topic, serializer, bindings and rule inputs. A
/// change is decided once for all of them.
final class Audience {
    /// What makes channels equal.
    struct Key: Hashable {
        let frames: TopicFrames.Key
        let bindings: [BindingRequest]
        /// Those of them that are live: others have been refused.
        let ordinals: [Int]
        /// What rules ask about the caller; empty for the service role.
        let caller: [Value]
        let isService: Bool
        /// At whose expense its un-indexed listeners are judged; nil if it has none. Callers do not
        /// share such an audience: one must not spend what the other is granted.
        let payer: Caller?
    }

    /// Tells audiences of one hub apart; never used twice.
    typealias Number = UInt64

    /// A session in here, with one channel.
    struct Member {
        let session: RealtimeSession
        /// Whose channel it is.
        let caller: Caller
        /// Its place in the order of telling.
        let rank: UInt8
    }

    let key: Key
    /// The topic of its channels.
    var topic: String { key.frames.topic.text }
    let number: Number
    let frames: TopicFrames
    let payer: Payer?
    /// One for each binding and model, in the order of the bindings.
    private(set) var listeners: [Listener] = []
    /// A session is in here once: a topic is joined once per socket.
    private(set) var members: ContiguousArray<Member> = []
    /// How many of them, the first ones, have yet to hear of the change that is being told.
    private var untold = 0
    private var ranks = Ranks()
    /// The least of their ranks.
    var rank: UInt8 { ranks.least ?? .max }
    /// The change behind which the last of them begin, or a later one.
    private(set) var newestStart = Int64.min

    /// How many members have come so far.
    private(set) var arrivals = 0

    private var roundNumber: UInt64 = 0
    /// The listeners that were noted in this round.
    private(set) var hits: ContiguousArray<Listener> = []
    /// Whether they may be shown the whole old row: those of one feed share its rule.
    private(set) var showsOld = false
    /// Whether a listener's predicate broke in this round.
    private(set) var isBroken = false
    /// Whether a listener was not asked in this round, or not to the end: it would have taken too
    /// long.
    private(set) var isPassedOver = false

    /// An audience without listeners or members.
    init(_ key: Key, number: Number, frames: TopicFrames, payer: Payer?) {
        self.key = key
        self.payer = payer
        self.number = number
        self.frames = frames
    }

    /// A binding of one id on one model: the second of two equal ones would repeat the id.
    private struct Ear: Hashable {
        let id: Int
        let feed: ObjectIdentifier
    }

    /// Makes the listeners; called once, before the first member comes.
    func listen(_ bindings: [LiveBinding], context: QueryContext) {
        var ears: Set<Ear> = []
        for live in bindings {
            let (binding, id) = (live.binding, key.bindings[live.ordinal].id)
            let ear = Ear(id: id, feed: ObjectIdentifier(binding.feed))
            guard ears.insert(ear).inserted, let reach = live.reach else { continue }
            let lent = binding.feed.lend(
                binding, reach, isService: key.isService, context: context)
            let listener = Listener(
                lent, of: binding, id: id, ordinal: live.ordinal, audience: self)
            binding.feed.insert(listener)
            listeners.append(listener)
        }
    }

    /// Takes the listeners out of their feeds; called when the last member has left.
    func stopListening() {
        for listener in listeners {
            listener.feed.remove(listener)
            listener.leave()
        }
        listeners.removeAll()
    }

    /// Adds a session that hears what comes behind a change, and answers its place.
    func add(_ member: Member, after sequence: Int64) -> Int {
        newestStart = max(newestStart, sequence)
        arrivals += 1
        members.append(member)
        ranks.insert(member.rank)
        return members.count - 1
    }

    /// Whether a change is older than the place in here of a member.
    func isOld(_ sequence: Int64, for session: RealtimeSession) -> Bool {
        guard let channel = session.channels[topic] else { return false }
        return sequence <= channel.boundAfter
    }

    /// Removes the member at a place, which others fill: those who have yet to be told stay before
    /// those who have been.
    ///
    /// - Parameter moved: Called with those who have another place now.
    func remove(at place: Int, _ moved: (RealtimeSession, Int) -> Void) -> Member {
        let member = members[place]
        var gap = place
        func fill(from other: Int) {
            guard other != gap else { return }
            members[gap] = members[other]
            moved(members[gap].session, gap)
            gap = other
        }
        if gap < untold {
            untold -= 1
            fill(from: untold)
        }
        fill(from: members.count - 1)
        members.removeLast()
        ranks.remove(member.rank)
        return member
    }

    /// All members are to be told of a change.
    func beginTelling() { untold = members.count }

    /// The next member that is to be told.
    func takeUntold() -> RealtimeSession? {
        guard untold > 0 else { return nil }
        untold -= 1
        return members[untold].session
    }

    /// Notes that a listener's change has passed, or that it could not be judged. Answers whether
    /// this is the first note of the round.
    func note(_ listener: Listener, _ verdict: Judge.Verdict, in round: Round) -> Bool {
        let isFirst = roundNumber != round.number
        if isFirst { begin(round) }
        switch verdict {
        case .passes:
            // What they may be shown of the old row is part of the decision.
            if hits.isEmpty { showsOld = listener.mayShowOld(in: round) }
            hits.append(listener)
        case .broken: isBroken = true
        case .stopped: isPassedOver = true
        case .fails, .waits: break
        }
        return isFirst
    }

    /// Notes the listeners that were noted when the change was published, for members that catch up
    /// with it.
    func note(again missed: ChangeRing.Missed, in round: Round) {
        begin(round)
        hits = missed.listeners
        showsOld = missed.showsOld
    }

    private func begin(_ round: Round) {
        roundNumber = round.number
        hits.removeAll(keepingCapacity: true)
        isBroken = false
        isPassedOver = false
        showsOld = false
    }

    /// The frames of the noted listeners, none of them made: one, unless they show different
    /// columns.
    var unmadeFrames: UnmadeFrames {
        var unmade = UnmadeFrames(frames, showsOld: showsOld)
        if hits.count == 1, let hit = hits.first {
            unmade.append(hit.ids, hit.projection)
            return unmade
        }
        var order: [Projection] = []
        var ids: [ObjectIdentifier: [Int]] = [:]
        for hit in hits.sorted(by: { $0.ordinal < $1.ordinal }) {
            if ids[ObjectIdentifier(hit.projection)] == nil { order.append(hit.projection) }
            ids[ObjectIdentifier(hit.projection), default: []].append(hit.id)
        }
        for projection in order {
            unmade.append(ids[ObjectIdentifier(projection)] ?? [], projection)
        }
        return unmade
    }
}
