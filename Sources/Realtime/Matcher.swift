import Diagnostics
import Expressions
import Schema
import Store

/// Finds whom changes are for: a model's value index gives the listeners that may want one, their
/// filters and rules decide. Whatever is decided is kept under the round's number.
final class Matcher {
    let lookUps: LookUps
    private var lastRound: UInt64 = 0
    /// The deleted rows of the transaction being delivered.
    private var departed: DepartedRows?
    // Kept from round to round to save their allocation.
    /// The listeners that the newest round looked at.
    private(set) var found: ContiguousArray<Listener> = []
    /// How many of them have been looked at.
    private var place = 0
    private var order = TellingOrder()
    private var unindexed: ContiguousArray<Listener> = []
    /// What may be spent on un-indexed listeners.
    let budget: ChangeBudget
    /// Counts what rules take.
    private let ruleSteps = StepCounter()
    /// The listeners that the newest round passed over since they would have taken too long.
    private(set) var skippedCount = 0

    init(lookUps: LookUps, budget: ChangeBudget) {
        self.lookUps = lookUps
        self.budget = budget
    }

    /// Begins a change's round.
    ///
    /// - Parameters:
    ///   - changes: At least all of its transaction: what a DELETE's took away is restored for the
    ///     rules, until ``endBatch()``.
    func round(
        for change: Change, of feed: ModelFeed, among changes: [Change],
        _ feeds: [String: ModelFeed], at now: Instant
    ) -> Round {
        if change.operation == .delete, departed?.transaction != change.transaction {
            departed = DepartedRows(of: change.transaction, among: changes, feeds: feeds)
        }
        return round(for: change, of: feed, at: now, change.operation == .delete ? departed : nil)
    }

    /// Begins a round for members that catch up with a change whose rules have been asked.
    func lateRound(for change: Change, of feed: ModelFeed, at now: Instant) -> Round {
        round(for: change, of: feed, at: now, nil)
    }

    private func round(
        for change: Change, of feed: ModelFeed, at now: Instant, _ departed: DepartedRows?
    ) -> Round {
        lastRound += 1
        return Round(
            number: lastRound, change: change, model: feed.model, now: now, lookUps: lookUps,
            ruleSteps: ruleSteps, departed: departed)
    }

    /// Finds those whom a change may concern.
    func begin(_ image: RowImage, of feed: ModelFeed, in round: Round) {
        reset()
        ruleSteps.allow(budget.stepsMax)
        feed.collect(round.change.operation, image.values, into: &found)
    }

    private func reset() {
        found.removeAll(keepingCapacity: true)
        order.removeAll()
        unindexed.removeAll(keepingCapacity: true)
        place = 0
        skippedCount = 0
    }

    /// Finds all who listen to a model: what they are told of the change is the same for all.
    func gather(_ feed: ModelFeed, in round: Round) {
        reset()
        for listener in feed.listeners { note(audienceOf: listener, .fails, in: round) }
    }

    /// Judges those who were found. What audiences with members that are behind may hear of is
    /// decided now as well, once for all their members.
    ///
    /// - Returns: whether there was time for all of them.
    func judge(in round: Round, within step: inout Step) -> Bool {
        while place < found.count {
            let listener = found[place]
            place += 1
            if listener.hasLeft { continue }
            if listener.isUnindexed {
                unindexed.append(listener)
            } else {
                let lookUpCount = lookUps.count
                note(listener, listener.verdict(in: round), in: round)
                step.count(lookUps: lookUps.count - lookUpCount)
            }
            if step.isOverAfterUnit() { return false }
        }
        unindexed.removeAll(where: \.hasLeft)
        if !unindexed.isEmpty {
            budget.judge(unindexed, in: round) { note($0, $1, in: round) }
            unindexed.removeAll(keepingCapacity: true)
        }
        return true
    }

    /// Whether look-ups must be answered before anybody is told; all of those that are seen to be
    /// needed are noted.
    var lacksAnswers: Bool { lookUps.areWanted }

    /// The next of the audiences that the change is for.
    func nextAudience() -> Audience? { order.popFirst() }

    private func note(_ listener: Listener, _ verdict: Judge.Verdict, in round: Round) {
        guard verdict != .fails, verdict != .waits else { return }
        if verdict == .stopped { skippedCount += 1 }
        note(audienceOf: listener, verdict, in: round)
    }

    private func note(audienceOf listener: Listener, _ verdict: Judge.Verdict, in round: Round) {
        let audience = listener.audience
        if audience.note(listener, verdict, in: round) { order.append(audience) }
    }

    /// The changes that came together have been delivered.
    func endBatch() { departed = nil }
}
