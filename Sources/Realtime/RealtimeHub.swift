public import Addresses
public import Diagnostics
public import Expressions
public import HTTP
import Quotas
public import Schema
public import Store

/// The realtime service of one loop: its sockets, their channels, and the delivery of committed
/// changes to them. Built on, and confined to, its loop's thread.
///
///     Change → ModelFeed (value index) → Listener (filter, rule) → Audience → frame → sessions
///
/// Everything before the last arrow is done once per class of equal listeners; the last one is a
/// pointer appended to a socket's queue.
public final class RealtimeHub {
    let settings: FeedSettings
    let authenticate: (String) -> Result<Identity, TokenRefusal>
    let quotas: (Request) -> SocketQuotas
    /// Told why a client was refused something on a topic, and where it is.
    let report: (_ topic: String, Refusal, AddressBlock) -> Void
    /// The newest change that is known to be committed, where it may be ahead of what has come.
    let newestChange: () -> Int64?
    /// Does something in a later turn of the loop.
    let inLaterTurn: (@escaping () -> Void) -> Void
    /// The wall clock: tokens end by it.
    let clock: () -> Instant
    /// The monotonic clock: silence and rates are measured by it.
    let uptime: () -> ContinuousClock.Instant
    /// Whether changes need to be delivered here.
    public let demand = FeedDemand()
    let matcher: Matcher
    let audiences = Audiences()
    let backlog: Backlog
    let tokens: TokenWatch
    /// What is left to be looked at of tokens that may have been revoked.
    var doubted = DoubtedTokens()
    /// The bindings that no index decides, by whose they are.
    var unindexed = Shares<Caller>()
    /// The watched models and how bindings are judged; another one after each reload.
    private(set) var binder: Binder
    /// The batch of changes that is being delivered, which may wait for answers to look-ups or for
    /// a later turn.
    var underWay: Batch?
    /// Those that wait behind it.
    var held = FIFO<Batch>()
    /// The change that is being told, or is to be told when look-ups are answered.
    var telling: Telling?
    /// Sessions that go on when it has been told, or catch up in a later turn.
    var paused = FairQueue<RealtimeSession>()
    /// Whether some of them go on in a later turn.
    var letsGoOnLater = false
    /// The part of this turn that all have who catch up in it; nil as long as nobody has.
    var catchUpStep: Step?
    /// The open sockets.
    private(set) var sessions: [ObjectIdentifier: RealtimeSession] = [:]
    /// Sockets that have ended, as long as some of their channels are there.
    var leaving = FairQueue<RealtimeSession>()
    /// Whether channels of theirs, or lists that nobody holds, are taken out in a later turn.
    var takesOutLater = false
    /// Sockets that have yet to be looked at since the last tick.
    var unseen: [RealtimeSession] = []

    /// What has happened so far; for metrics.
    public internal(set) var counters = RealtimeCounters()

    /// A hub without sockets.
    ///
    /// - Parameters:
    ///   - reader: the loop's own; rules that look at other models are asked through it.
    ///   - authenticate: who a token speaks for, if it names its role and its end.
    ///   - quotas: what bounds those who speak over the socket that a request opens.
    ///   - signOuts: the sessions that were signed out behind so many, so that their channels end
    ///     in the same second; without it they are looked at every half minute.
    ///   - report: told why a client was refused something on a topic, and where it is.
    ///   - newestChange: the number of the newest change that is known to be committed, where that
    ///     may be ahead of what has been delivered: who joins begins behind it.
    ///   - inLaterTurn: does something in a later turn of the loop; without it many changes are
    ///     delivered in one go.
    ///   - now: the wall clock; tests inject their own.
    ///   - uptime: the monotonic clock; tests inject their own.
    public init(
        catalogue: Catalogue, rulebook: Rulebook, reader: any Reader, settings: FeedSettings,
        authenticate: @escaping (String) -> Result<Identity, TokenRefusal>,
        quotas: @escaping (Request) -> SocketQuotas = { _ in SocketQuotas() },
        signOuts: @escaping (_ known: Int) -> SignOuts = { _ in .none },
        report: @escaping (_ topic: String, Refusal, AddressBlock) -> Void = { _, _, _ in },
        newestChange: @escaping () -> Int64? = { nil },
        inLaterTurn: @escaping (@escaping () -> Void) -> Void = { $0() },
        now: @escaping () -> Instant = { Instant.now },
        uptime: @escaping () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.settings = settings
        self.authenticate = authenticate
        self.quotas = quotas
        self.report = report
        self.newestChange = newestChange
        self.inLaterTurn = inLaterTurn
        clock = now
        self.uptime = uptime
        matcher = Matcher(
            lookUps: LookUps(
                reader: reader, timeMax: .milliseconds(settings.changeMillisecondsMax),
                uptime: uptime),
            budget: ChangeBudget(
                milliseconds: settings.changeMillisecondsMax, uptime: uptime))
        backlog = Backlog(changesMax: settings.ringChangesMax, bytesMax: settings.ringBytesMax)
        tokens = TokenWatch(signOuts: signOuts, at: uptime())
        binder = Binder(catalogue, rulebook, showsOldRows: settings.showsOldRows)
        watchLists()
    }

    /// Serves another catalogue and other rules from now on. Channels stay; bindings whose model
    /// is gone are reported to their clients.
    public func reload(catalogue: Catalogue, rulebook: Rulebook) {
        settleTelling()
        settleLeaving()
        let all = sessions.values.flatMap { session in
            session.channels.values.map { (session, $0) }
        }
        for (_, channel) in all { unbind(channel) }
        // Models that look at each other would keep each other.
        for feed in binder.feeds.values { feed.dependencies = nil }
        // Older changes have the columns of the old models.
        backlog.clear()
        binder = Binder(catalogue, rulebook, showsOldRows: settings.showsOldRows)
        watchLists()
        for session in sessions.values { session.judgeAnew() }
        for (session, channel) in all {
            var judged = JudgedBindings(channel.bindings, for: channel.identity, at: clock())
            judged.judgeAll(by: binder)
            for problem in bind(channel, judged, of: session) {
                session.tell(.unusableBinding(problem), on: channel)
            }
        }
    }

    /// Adds a socket that has been upgraded.
    func enter(_ session: RealtimeSession) {
        sessions[ObjectIdentifier(session)] = session
        counters.sessions += 1
    }

    /// Forgets a socket that has ended. What its channels hold is given back in later turns.
    func leave(_ session: RealtimeSession) {
        sessions[ObjectIdentifier(session)] = nil
        backlog.release(session)
        counters.sessions -= 1
        takeOut(session)
    }
}

@available(*, unavailable)
extension RealtimeHub: Sendable {}

/// Numbers of one hub since its start.
public struct RealtimeCounters: Hashable, Sendable {
    /// Sockets open now.
    public var sessions = 0
    /// Channels joined now.
    public var channels = 0
    /// Changes taken from the log while somebody listened.
    public var changes = 0
    /// Frames given to sockets for changes.
    public var deliveries = 0
    /// Sockets closed because they fell behind the ring.
    public var slowCloses = 0
    /// Messages of clients that were not understood or came too fast.
    public var droppedMessages = 0
    /// Changes that an audience could not be judged for; its members were told to read again.
    public var brokenDecisions = 0
    /// Bindings now that no index decides.
    public var unindexed = 0
    /// Changes that some listeners were passed over for, since judging them all took too long.
    public var overBudgetChanges = 0
    /// Listeners that were passed over so; their clients were told to read again.
    public var skippedListeners = 0
    /// Sockets, joins and bindings refused, by what they were too many of.
    public var refused: [FeedBound: Int] = [:]
    /// Channels ended because a table that they follow must be fetched anew.
    public var resets = 0

    /// All zero.
    public init() {}
}
