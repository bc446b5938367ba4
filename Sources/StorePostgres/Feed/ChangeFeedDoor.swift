public import Diagnostics
import Network
import Store
import Synchronization
import Work

/// A feed as threads without its loop see it. May be called from everywhere until the loop ends.
public final class ChangeFeedDoor: Sendable {
    private let context: LoopContext
    private let feed: LoopBound<Weak<ChangeFeed>>
    /// Whether a tick is to come that covers what is over by now.
    private let isTold = Atomic(false)
    private let history: Mutex<(epoch: String, newest: Int64)>

    init(_ feed: ChangeFeed, on loop: EventLoop) {
        context = loop.context
        self.feed = LoopBound(Weak(feed), on: loop)
        history = Mutex((feed.place.epoch, feed.place.newest))
    }

    /// The history that is followed.
    public var epoch: String { history.withLock { $0.epoch } }

    /// The number of the newest change that is known to be committed.
    public var newestChange: Int64 { history.withLock { $0.newest } }

    func set(_ place: FeedPlace) { history.withLock { $0 = (place.epoch, place.newest) } }

    /// A write of this node is over that may have changed captured tables. Costs an exchange unless
    /// it is the first since the last tick began.
    public func committed() {
        guard !isTold.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let feed = feed
        context.post { feed.value.object?.committed() }
    }

    /// A tick begins, which covers all writes that are over by now.
    func tickBegins() { _ = isTold.exchange(false, ordering: .acquiringAndReleasing) }

    /// Makes the log and the triggers of other tables be what they should, and follows those from
    /// then on. Blocks; waits for other nodes that do the same.
    ///
    /// - Throws: `capture_failed` where a table or a right is missing, what the connection fails
    ///   with, or 57P03 where the feed is stopped.
    public func capture(_ models: [CapturedModel]) throws(Problem) -> CaptureOutcome {
        precondition(!context.isCurrent, "a loop cannot wait for itself")
        let reply = Handover<Result<CaptureOutcome, Problem>>()
        let feed = feed
        context.post {
            guard let feed = feed.value.object else { return reply.give(.failure(.closed)) }
            feed.capture(models) { reply.give($0) }
        }
        return try reply.take().get()
    }

    /// See ``ChangeFeed/trim()``. Returns at once.
    public func trim() {
        let feed = feed
        context.post { feed.value.object?.trim() }
    }
}
