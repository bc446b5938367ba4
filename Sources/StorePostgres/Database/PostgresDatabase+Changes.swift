public import Diagnostics
import Network
public import Store
import Synchronization

/// What of a database is captured, and who follows it. Any thread.
final class Capture: Sendable {
    private struct State {
        var models: [CapturedModel] = []
        /// The newest cut there was when capture was first set up: nothing is missed behind it.
        var start: Cut?
        var feed: LoopBound<ChangeFeed>?
        var door: ChangeFeedDoor?
    }

    private let state = Mutex(State())

    /// The history that is followed; nil while nobody follows one.
    var epoch: String? { follower?.epoch }

    /// The newest change that is known; nil while nobody follows any.
    var newestChange: Int64? { follower?.newestChange }

    /// A write of this node has been made.
    func committed() { follower?.committed() }

    /// Has changes deleted that are old.
    func trim() { follower?.trim() }

    /// These tables are captured from now on, behind this cut at the latest.
    func set(_ models: [CapturedModel], behind cut: Cut) {
        state.withLock { state in
            state.models = models
            if state.start == nil { state.start = cut }
        }
    }

    /// Whoever follows what is captured; nil while nobody does.
    var follower: ChangeFeedDoor? { state.withLock { $0.door } }

    /// What a feed begins with; nil while no capture has been set up.
    var beginning: (models: [CapturedModel], start: Cut)? {
        state.withLock { state in state.start.map { (state.models, $0) } }
    }

    func follow(_ feed: LoopBound<ChangeFeed>, by door: ChangeFeedDoor) {
        state.withLock { state in
            state.feed = feed
            state.door = door
        }
    }

    /// The feed, which nobody has any more.
    func takeFeed() -> LoopBound<ChangeFeed>? {
        state.withLock { state in
            defer { state.feed = nil }
            return state.feed
        }
    }
}

extension PostgresDatabase {
    /// See ``Store/Database/setCaptured(_:)``.
    public func setCaptured(_ tables: [CapturedTable]) throws(Problem) {
        let models = tables.map { CapturedModel($0, in: schema) }
        let outcome =
            if let feed = capture.follower {
                try feed.capture(models)
            } else {
                try loop.access.setUpCapture(models, in: space)
            }
        for loss in outcome.losses { log(.feed(.repaired(loss))) }
        capture.set(models, behind: outcome.cut)
    }

    /// See ``Store/Database/onCommit(_:afterReplies:listenedTo:)``.
    public func onCommit(
        _ publish: @escaping @Sendable ([Change]) -> Void,
        afterReplies: @escaping @Sendable () -> Void,
        listenedTo: @escaping @Sendable () -> Set<String>
    ) {
        guard let (models, start) = capture.beginning else { return }
        let (space, presence, log) = (space, presence, log)
        let (feed, door) = loop.perform { pool in
            let feed = ChangeFeed(
                pool, in: space, presence: presence, after: start, following: models,
                listenedTo: listenedTo, changesMax: Int64(TrimSchedule.changesMax),
                log: { log(.feed($0)) }, publish: publish, published: afterReplies)
            feed.start()
            return (LoopBound(feed, on: pool.loop), feed.door)
        }
        capture.follow(feed, by: door)
    }

    /// See ``Store/Database/newestChange``.
    public var newestChange: Int64? { capture.newestChange }

    /// See ``Store/Database/trimChanges()``.
    public func trimChanges() { capture.trim() }

    /// Ends what ``onCommit(_:afterReplies:listenedTo:)`` has begun.
    func endFeed() {
        guard let feed = capture.takeFeed() else { return }
        loop.perform { _ in feed.value.stop() }
    }
}

extension CapturedModel {
    /// A table of a schema.
    fileprivate init(_ table: CapturedTable, in schema: String) {
        self.init(
            schema: schema, name: table.name,
            columns: table.columns.map { Column($0.name, $0.type) }, key: table.key,
            retain: table.retain)
    }
}
