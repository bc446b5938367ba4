import Store

/// Sessions whose queues are full, and the changes they have yet to hear.
///
/// A socket that is slow is a position in the ring: it costs nothing while it waits. When its queue
/// has drained the hub feeds it from there, and when the ring has passed it by, it is closed.
final class Backlog {
    private var ring: ChangeRing
    /// The sessions that are not fed now.
    private(set) var waiting: [ObjectIdentifier: RealtimeSession] = [:]
    /// The changes that some of them are in the midst of, by session.
    private var late: [ObjectIdentifier: LateTelling] = [:]
    /// The newest change of the log that has come to this loop: what is bound now hears later ones.
    private(set) var newest: Int64 = 0

    init(changesMax: Int, bytesMax: Int) {
        ring = ChangeRing(changesMax: changesMax, bytesMax: bytesMax)
    }

    /// A change has come, whether or not anybody listens.
    func reach(_ sequence: Int64) { newest = sequence }

    /// Keeps a change for the members of these audiences that were not fed.
    func append(_ change: Change, missedBy missed: [ChangeRing.Missed]) {
        ring.append(change, missedBy: missed)
    }

    /// Forgets all changes: whoever waits has missed some, and the hub's next look closes it.
    func clear() { ring.clear(through: newest) }

    /// The numbers begin again from an earlier one: what is kept is of a history that was lost.
    /// Whoever waits for it is told so by the resets that come now.
    func restart() {
        ring.restart()
        for session in waiting.values { session.fedThrough = .max }
        waiting = [:]
        late = [:]
    }

    /// Lets a session wait that has been fed up to a change.
    func wait(_ session: RealtimeSession, after sequence: Int64) {
        session.fedThrough = sequence
        waiting[ObjectIdentifier(session)] = session
    }

    /// Whether changes that a waiting session has not heard have left the ring.
    func hasPassed(_ session: RealtimeSession) -> Bool {
        session.fedThrough < ring.evictedThrough
    }

    /// What a waiting session is told next; nil when it is level with the log.
    ///
    /// - Parameter begin: Makes what it is told of a change that it has heard nothing of.
    func next(
        for session: RealtimeSession, begin: (ChangeRing.Entry) -> LateTelling
    ) -> LateTelling? {
        if let known = late[ObjectIdentifier(session)] { return known }
        return ring.next(after: session.fedThrough).map(begin)
    }

    /// Keeps what a waiting session has yet to be told of a change, or moves it on if that is all:
    /// until then it is behind.
    func keep(_ rest: LateTelling, of session: RealtimeSession) {
        guard waiting[ObjectIdentifier(session)] != nil else { return }
        if rest.isEmpty {
            late[ObjectIdentifier(session)] = nil
            session.fedThrough = rest.sequence
        } else {
            rest.pause()
            late[ObjectIdentifier(session)] = rest
        }
    }

    /// Ends a session's waiting: it is level with the log, or gone.
    func release(_ session: RealtimeSession) {
        session.fedThrough = .max
        waiting[ObjectIdentifier(session)] = nil
        late[ObjectIdentifier(session)] = nil
    }
}
