import Quotas
import Synchronization

/// The reads of the slow lane that wait, for a thread or for a place, by whose they are: those of
/// one caller in the order in which they began to. Any thread.
final class WaitingSlowReads: Sendable {
    private let reads = Mutex(CallerPlaces<ObjectIdentifier, any ParkedRead>())

    /// A read waits from now on.
    func add(_ read: any ParkedRead) {
        reads.withLock { reads in
            reads.remove(ObjectIdentifier(read), of: read.caller)
            reads.append(read, id: ObjectIdentifier(read), of: read.caller)
        }
    }

    /// A read waits no longer.
    func remove(_ read: any ParkedRead) {
        reads.withLock { $0.remove(ObjectIdentifier(read), of: read.caller) }
    }

    /// What share a read that has been added is beyond, its caller's or his site's.
    func shortage(of read: any ParkedRead, within bounds: ShareBounds) -> ShareShortage? {
        bounds.shareShortage(0, beside: reads.withLock { $0.use(by: read.caller) })
    }

    /// Takes out the last read of whoever has most of them at the site that has most, to make room
    /// for one that has been added; nil where neither has more than its caller and site with it.
    func takeLast(insteadOf newcomer: any ParkedRead) -> (any ParkedRead)? {
        reads.withLock { $0.displace(for: newcomer.caller, with: 0) }
    }
}
