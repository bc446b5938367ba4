/// The end of a connection whose peer may still send: how long it is read, and how much of what it
/// sends is dropped. Closing with unread bytes would reset the connection and could destroy the
/// answer on its way (RFC 9112 §9.6).
struct LingeringClose {
    /// When the connection is given up at the latest, in milliseconds of the loop's clock.
    private var end: UInt64
    private let timer: TimerToken
    private var droppedBytes = 0

    /// - Parameter giveUp: called when the peer has made no progress for too long.
    init(on loop: EventLoop, giveUp: @escaping () -> Void) {
        end = loop.nowMilliseconds + NetworkLimits.lingeringMilliseconds
        timer = loop.schedule(after: .milliseconds(NetworkLimits.closingMilliseconds), giveUp)
    }

    /// The peer has taken bytes of our last words: it has time for more, however long they are.
    mutating func prolong(at now: UInt64) {
        end = now + NetworkLimits.lingeringMilliseconds
        timer.rearm(after: .milliseconds(NetworkLimits.closingMilliseconds))
    }

    /// Counts bytes that were read and dropped; false when they are too many. Within the bound they
    /// give the peer time for more.
    mutating func drop(_ count: Int, at now: UInt64) -> Bool {
        droppedBytes += count
        guard droppedBytes <= NetworkLimits.discardedBytes else { return false }
        let left = end - min(end, now)
        timer.rearm(after: .milliseconds(min(left, UInt64(NetworkLimits.closingMilliseconds))))
        return true
    }

    /// The connection is over.
    func cancel() { timer.cancel() }
}
