import Synchronization

/// What is known of how long the runs of one plan take. Any thread.
///
/// A run that takes long is ended and begun again on the slow lane, where it holds up nobody; those
/// after it go there at once, until one of them has been quick.
public final class Pace: Sendable {
    private let slowUntil = Atomic<UInt64>(0)

    /// Of a plan that nobody has run.
    public init() {}

    /// Whether runs are taken to be slow, at a moment of the loops' clock.
    func isSlow(at now: UInt64) -> Bool { now < slowUntil.load(ordering: .relaxed) }

    /// A run has taken long.
    func noteSlow(at now: UInt64) {
        slowUntil.store(now + ConnectionLimits.slowMilliseconds, ordering: .relaxed)
    }

    /// A run has been quick where it might have been slow.
    func noteQuick() { slowUntil.store(0, ordering: .relaxed) }
}
