import Diagnostics
import Quotas
import Store
import Synchronization

/// A read of the slow lane from its first run to its answer.
final class SlowRead<Answer: Sendable>: ParkedRead {
    let caller: Caller
    private let lane: SlowLane
    private let pace: Pace?
    private let body: @Sendable (SQLiteReader) throws(Problem) -> Answer
    private let reply: PendingRead<Answer>.Reply
    private let steps = WithdrawableSteps()
    /// What its runs have taken, in nanoseconds: it has one time for all of them, or it might be
    /// begun again for ever.
    private let used = Atomic<UInt64>(0)
    private let isDisplaced = Atomic(false)

    init(
        for caller: Caller, on lane: SlowLane, noting pace: Pace?,
        _ body: @escaping @Sendable (SQLiteReader) throws(Problem) -> Answer,
        reply: @escaping PendingRead<Answer>.Reply
    ) {
        self.caller = caller
        self.lane = lane
        self.pace = pace
        self.body = body
        self.reply = reply
    }

    /// Has it run for the first time.
    ///
    /// - Returns: what withdraws it, from any thread.
    func start() -> @Sendable () -> Void {
        enter(hasPlace: false, isNew: true)
        return { [steps] in steps.withdraw() }
    }

    func begin(hasPlace: Bool) {
        if hasPlace { lane.waiting.remove(self) }
        enter(hasPlace: hasPlace, isNew: false)
    }

    func refuse(_ problem: Problem) {
        lane.waiting.remove(self)
        let isDisplaced = isDisplaced.load(ordering: .relaxed)
        reply(.failure(isDisplaced ? .tooManySlowQueries(.inAll) : problem))
    }

    func displace() {
        isDisplaced.store(true, ordering: .relaxed)
        steps.withdraw()
    }

    private func enter(hasPlace: Bool, isNew: Bool) {
        let time = lane.time.nanoseconds
        let run = SlowRun(
            for: caller, hasPlace: hasPlace,
            timeLeft: time - min(time, used.load(ordering: .relaxed)))
        if isNew { lane.waiting.add(self) }
        let hasBegun = steps.begin {
            lane.enter(run, of: self, isNew: isNew, noting: pace) {
                [self] (reader) throws(Problem) in
                lane.waiting.remove(self)
                return try body(reader)
            } end: {
                [self] in end(run, $0)
            }
        }
        if hasBegun { return }
        lane.places.leave(run)
        refuse(.withdrawn)
    }

    private func end(_ run: SlowRun, _ result: Result<SlowLane.Outcome<Answer>, Problem>) {
        switch result {
        case .failure(let problem): refuse(problem)
        case .success(.answer(let answer)): reply(.success(answer))
        case .success(.mustWait(let needsPlace)):
            used.add(run.nanoseconds, ordering: .relaxed)
            lane.waiting.add(self)
            let hasBegun = steps.begin {
                lane.places.park(self, needsPlace: needsPlace)
                // Not by itself: what the steps keep must not keep them.
                return { [weak self] in
                    if let self { lane.places.withdraw(self) }
                }
            }
            if !hasBegun { refuse(.withdrawn) }
        }
    }
}
