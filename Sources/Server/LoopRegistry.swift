import Diagnostics
import Network
import Realtime
import Store
import Synchronization
import Work

/// The applications of all loops, as other threads reach them: by posting to their loops.
final class LoopRegistry: Sendable {
    private let metrics: Metrics
    /// Bytes of changes that a loop may have yet to deliver.
    private let untoldBytesMax: Int

    init(metrics: Metrics, untoldBytesMax: Int) {
        self.metrics = metrics
        self.untoldBytesMax = untoldBytesMax
    }

    private final class Member: Sendable {
        let context: LoopContext
        let application: LoopBound<LoopApplication>
        let demand: FeedDemand
        let untold = UntoldChanges()

        init(_ context: LoopContext, _ application: LoopApplication) {
            self.context = context
            self.application = LoopBound(application, on: context.loop)
            demand = application.feedDemand
        }
    }

    private let members = Mutex<[Member]>([])

    /// Adds an application. To be called on its loop's thread.
    func add(_ application: LoopApplication, on context: LoopContext) {
        let member = Member(context, application)
        members.withLock { $0.append(member) }
    }

    /// Hands committed changes to every loop with subscribers, in the order of the calls. Loops
    /// that sleep hear of them by ``wake()``, if not by the reply to a write that comes in between.
    func deliver(_ changes: [Change]) {
        for member in members.withLock({ $0 }) where member.demand.isPresent {
            let (told, bytes) = member.untold.add(changes, upTo: untoldBytesMax)
            member.context.leave {
                member.application.value.deliver(told) { member.untold.remove(bytes) }
            }
        }
    }

    /// The tables that somebody listens to, on any loop.
    var tablesHeard: Set<String> {
        members.withLock { $0 }.reduce(into: []) { $0.formUnion($1.demand.tables) }
    }

    /// Lets all loops take what was handed to them. Those that have nothing to take sleep on.
    func wake() {
        for member in members.withLock({ $0 }) { member.context.wake() }
    }

    /// Gives every loop the schema files that have changed. Blocks until all have taken them: no
    /// answer that begins later comes from the old ones. Not to be called on a loop, nor when the
    /// loops have ended.
    func reload(_ schemas: SchemaSet) {
        let taken = Semaphore()
        let count = post { application, _ in
            application.reload(schemas)
            taken.signal()
        }
        for _ in 0..<count { taken.wait() }
    }

    /// Lets the requests go on that have waited for the end of a change of the models.
    func settle() { post { application, _ in application.settle() } }

    /// Has every loop close what has ended, and takes the counters of its feeds. The service
    /// "feeds" calls it every second.
    func tick() {
        post { [metrics] application, loop in
            metrics.feeds.record(application.tick(now: .now), loop: loop)
        }
    }

    /// Runs work on every loop, with the loop's number.
    ///
    /// - Returns: how many loops there are.
    @discardableResult
    private func post(_ work: @escaping @Sendable (LoopApplication, Int) -> Void) -> Int {
        let members = members.withLock { $0 }
        for member in members {
            let context = member.context
            context.post { work(member.application.value, context.index) }
        }
        return members.count
    }
}
