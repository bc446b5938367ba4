import Diagnostics
import Network
import PostgresWire
public import Store

/// Follows the log of changes and publishes what comes, in its order, once it is durable. Confined
/// to one loop's thread; others come in by ``ChangeFeedDoor``.
///
///     a write ends ─▶ TickSchedule ─▶ tick ─▶ read pages ─▶ FeedPlace ─▶ publish
///     NOTIFY, time ──────▲    │
///                        └────┘
///
/// It has one connection of its own, on which it ticks, listens and reads, one after the other: no
/// tick waits behind a request. When that is lost it takes another one, and goes on behind the last
/// change that it has read; nothing is published that was not. What nobody listens to is not read.
///
/// Whoever makes a feed stops it, before the pool is closed.
public final class ChangeFeed {
    /// What is done on the connection, one at a time; the first that is wanted comes first. Ticks
    /// rest in between, so that reading has its turn.
    enum Work: CaseIterable {
        case tick, look, read
        /// On another connection, while this one is there.
        case inspect

        var isOnConnection: Bool { self != .inspect }
    }

    let pool: PostgresPool
    let space: LogSpace
    let presence: ServerPresence
    let statements: ChangeStatements
    let log: (FeedEvent) -> Void
    let listenedTo: @Sendable () -> Set<String>
    private let publish: @Sendable ([Change]) -> Void
    private let published: @Sendable () -> Void
    /// What lets other threads in.
    public private(set) lazy var door = ChangeFeedDoor(self, on: pool.loop)

    // What happens when.
    var schedule: TickSchedule
    var trust: NotificationTrust
    private var timer: TimerToken?
    private(set) var isRunning = false

    // The connection.
    var connection: LentConnection?
    var isConnecting = false
    var isBusy = false
    var wanted: Set<Work> = []
    /// Why each kind of work has failed, until it works again.
    private var failures: [Work: UnitFailure] = [:]
    /// What was wrong with the newest cut, until it can be read.
    private var damage: LogFault?

    // Reading.
    private(set) var place: FeedPlace
    var pageChanges = CaptureLimits.pageChangesMax
    /// After a read that failed.
    var readBackOff = BackOff()
    var readPause: TimerToken?

    // Retention.
    private let changesMax: Int64
    var retention: LogRetention
    var isTrimming = false

    // What is captured.
    private(set) var models: [CapturedModel]
    var inspectionTimer: TimerToken?
    /// Looks that have failed, one after the other.
    var failedInspections = 0
    /// The tables that could not be captured when that was last looked at.
    var uncaptured: Set<String> = []
    /// A look that is under way.
    var inspection: UnitToken?
    /// A set-up that is under way: a repair, or that of other tables.
    var setup: CaptureRun?
    /// Why a repair has failed, until one works.
    var repairProblem: Problem?

    /// A feed of the changes behind a cut: that which ``PoolAccess/setUpCapture(_:in:_:)`` found
    /// before anybody could subscribe. To be made on the loop of the pool.
    ///
    /// - Parameters:
    ///   - presence: what tells other servers of this one.
    ///   - models: the tables that are followed.
    ///   - listenedTo: those whose changes somebody waits for by now: changes of others, made
    ///     before it names them, are not fetched. A change that is committed after somebody was
    ///     told that he listens finds his tables named.
    ///   - changesMax: changes in the log beyond which ``trim()`` deletes the oldest.
    ///   - publish: takes changes, in order. Called on the loop: it passes them on and returns.
    ///   - published: called when `publish` has been for all that came together, and so the one
    ///     time to wake a thread for it.
    public init(
        _ pool: PostgresPool, in space: LogSpace = LogSpace(),
        presence: ServerPresence = ServerPresence(), after cut: Cut,
        following models: [CapturedModel], listenedTo: @escaping @Sendable () -> Set<String>,
        changesMax: Int64,
        log: @escaping (FeedEvent) -> Void, publish: @escaping @Sendable ([Change]) -> Void,
        published: @escaping @Sendable () -> Void
    ) {
        self.pool = pool
        self.space = space
        self.presence = presence
        self.log = log
        self.listenedTo = listenedTo
        self.publish = publish
        self.published = published
        self.changesMax = changesMax
        self.models = models
        statements = ChangeStatements(space)
        schedule = TickSchedule(newest: cut.number, at: Self.now(of: pool.loop))
        trust = NotificationTrust(newest: cut.number)
        place = FeedPlace(after: cut)
        place.set(models)
        retention = LogRetention(models, changesMax: changesMax, in: space)
    }

    /// Begins.
    public func start() {
        guard !isRunning else { return }
        isRunning = true
        take(.woke)
    }

    /// Ends, and gives the connection back. A feed that was stopped does not start again.
    public func stop() {
        isRunning = false
        timer?.cancel()
        readPause?.cancel()
        inspectionTimer?.cancel()
        inspection?.withdraw()
        endSetup()
        connection?.giveBack(.closed)
        connection = nil
    }

    /// Follows other tables from now on, whose capture is set up.
    func follow(_ models: [CapturedModel]) {
        self.models = models
        place.set(models)
        retention = LogRetention(models, changesMax: changesMax, in: space)
        // They look for, and would put back, what belongs to the tables of before.
        inspection?.withdraw()
        inspection = nil
        endSetup()
        wanted.insert(.inspect)
        proceed()
    }

    /// A write of this node is over that may have changed captured tables.
    func committed() { take(.committed) }

    // MARK: Events

    /// In the loop's milliseconds, by which its timers go.
    private static func now(of loop: EventLoop) -> UInt64 { loop.nowMilliseconds * 1_000_000 }

    /// Does what follows from an event.
    func take(_ event: TickSchedule.Event) {
        guard isRunning else { return }
        for action in schedule.take(event, at: Self.now(of: pool.loop)) {
            switch action {
            case .tick: wanted.insert(.tick)
            case .look: wanted.insert(.look)
            case .read: wanted.insert(.read)
            }
        }
        setTimer()
        proceed()
    }

    private func setTimer() {
        guard let wakeAt = schedule.wakeAt else { return }
        let now = Self.now(of: pool.loop)
        let delay = Duration.nanoseconds(Int64(wakeAt - min(wakeAt, now)))
        if let timer { return timer.rearm(after: delay) }
        timer = pool.loop.schedule(after: delay) { [weak self] in self?.take(.woke) }
    }

    // MARK: What comes of it

    /// An answer has told of a cut.
    func take(cut: Int64, last: Int64, of epoch: String) {
        place.take(cut: cut, last: last, of: epoch)
        door.set(place)
    }

    /// Passes over the newest cut, if all of it is known.
    func skip() -> Bool { place.skip(to: schedule.newest) }

    /// Publishes what a page has brought.
    func take(_ page: FeedPlace.Page) {
        let anew = place.take(page.history)
        door.set(place)
        if let anew { return tell(anew) }
        // Who begins to listen from here on begins behind all of the page. Who has begun while it
        // was fetched may have to hear more of it than was asked for.
        guard listenedTo().isSubset(of: page.tables) else {
            wanted.insert(.read)
            return
        }
        tell(place.take(page))
    }

    /// Publishes that the log cannot be read on, once.
    func take(_ fault: LogFault) {
        guard isRunning, damage != fault else { return }
        damage = fault
        tell(place.take(fault))
    }

    private func tell(_ outcome: FeedPlace.Outcome) {
        for event in outcome.events { log(event) }
        guard !outcome.changes.isEmpty else { return }
        publish(outcome.changes)
        published()
    }

    /// Whether work has failed when it was last done.
    func hasFailed(_ work: Work) -> Bool { failures[work] != nil }

    /// Work has failed, and is tried again.
    func note(_ failure: UnitFailure, of work: Work) {
        // What the end of the pool cuts off is no news.
        guard isRunning, !pool.isClosed else { return }
        let isNews = !failures.values.contains(failure)
        failures[work] = failure
        if isNews { log(.failed(failure)) }
    }

    /// Work has been done.
    func noteSuccess(of work: Work) {
        if work == .tick || work == .look { damage = nil }
        guard failures.removeValue(forKey: work) != nil, failures.isEmpty else { return }
        log(.recovered)
    }
}

@available(*, unavailable)
extension ChangeFeed: Sendable {}
