import Expressions
import Store

/// One binding of an audience on one model: what it wants to hear and may hear.
final class Listener {
    let feed: ModelFeed
    /// Place of the binding in the join; ids are listed in this order.
    let ordinal: Int
    let id: Int
    /// The id alone as a list: what most frames carry.
    let ids: [Int]
    let event: BindingRequest.Event
    /// Nil without a filter.
    let filter: Judge?
    /// Nil if no rule applies: the service role.
    let rule: Judge?
    let projection: Projection
    let key: Reach.Key?
    /// Of the list that it lies under, if its key has several values, as long as it is there.
    private(set) var hold: ListHold?
    /// Whether being found is passing the filter.
    private let isFilterDecided: Bool
    /// Whether it is judged within the budget of a change, at the expense of its audience's payer.
    let isUnindexed: Bool
    /// What `feed` lent, given back by `ModelFeed.remove`.
    let loans: ModelFeed.Loans
    /// Is there as long as the listener has not left.
    unowned let audience: Audience
    /// Its place among its feed's listeners, which alone sets this.
    var place = 0
    /// Whether the audience has lost its last member.
    private(set) var hasLeft = false

    init(
        _ lent: ModelFeed.Lent, of binding: ResolvedBinding, id: Int, ordinal: Int,
        audience: Audience
    ) {
        feed = binding.feed
        self.ordinal = ordinal
        self.id = id
        ids = [id]
        event = binding.event
        filter = lent.filter
        rule = lent.rule
        projection = lent.projection
        key = lent.reach.key
        hold = lent.reach.hold
        isFilterDecided = lent.reach.isFilterDecided
        isUnindexed = lent.reach.isUnindexed
        loans = lent.loans
        self.audience = audience
    }

    /// It has been taken out of its feed. Whoever remembers what it has heard keeps no list.
    func leave() {
        hasLeft = true
        hold = nil
    }

    /// Whether the kind of change is wanted.
    func wants(_ operation: Change.Operation) -> Bool {
        switch event {
        case .all: true
        case .only(let wanted): operation == wanted
        }
    }

    /// Filter and rule on the decisive image. DELETE asks about the old row: nobody learns of the
    /// end of a row that they could not see.
    ///
    /// - Parameter steps: counts what the filter takes, and may end it.
    func verdict(in round: Round, counting steps: StepCounter? = nil) -> Judge.Verdict {
        let filtered =
            isFilterDecided
            ? nil : filter?.verdict(on: round.decisiveImage, in: round, counting: steps)
        switch filtered ?? .passes {
        case .passes: return ruled(in: round)
        case .broken: return verdict(unfiltered: .broken, in: round)
        case .stopped: return verdict(unfiltered: .stopped, in: round)
        case .fails: return .fails
        case .waits: return .waits
        }
    }

    /// What becomes of a change when there is no answer of the filter: whoever may not see the row
    /// is not told to read again, or he would learn that there is one. He learns that much where
    /// there is no answer of the rule either: else those who may see it would miss it.
    func verdict(unfiltered verdict: Judge.Verdict, in round: Round) -> Judge.Verdict {
        let ruled = ruled(in: round)
        return ruled == .passes ? verdict : ruled
    }

    private func ruled(in round: Round) -> Judge.Verdict {
        rule?.verdict(on: round.decisiveImage, in: round, counting: round.ruleSteps) ?? .passes
    }

    /// Whether the whole old row of an UPDATE or DELETE may be shown.
    func mayShowOld(in round: Round) -> Bool {
        guard round.change.operation != .insert, feed.showsOldRows else { return false }
        return rule.map {
            $0.verdict(on: .old, in: round, counting: round.ruleSteps) == .passes
        } ?? true
    }
}
