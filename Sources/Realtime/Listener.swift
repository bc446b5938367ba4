import Expressions
import Store
import Values

/// One binding of an audience on one model: what it wants to hear and may hear.
final class Listener {
    /// A column and the only value of it that can match.
    struct Key: Hashable {
        let column: Int
        let value: Value
    }

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
    let key: Key?
    /// What `feed` lent, given back by `ModelFeed.remove`.
    let loans: ModelFeed.Loans
    unowned let audience: Audience

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
        key = lent.key
        loans = lent.loans
        self.audience = audience
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
    func verdict(in round: Round) -> Judge.Verdict {
        let filtered = filterVerdict(in: round)
        guard filtered == .passes else { return filtered }
        return rule?.verdict(on: round.decisiveImage, in: round) ?? .passes
    }

    /// The filter alone, which looks at nothing but the row: it says the same at any time.
    func filterVerdict(in round: Round) -> Judge.Verdict {
        filter?.verdict(on: round.decisiveImage, in: round) ?? .passes
    }

    /// Whether the whole old row of an UPDATE or DELETE may be shown.
    func mayShowOld(in round: Round) -> Bool {
        guard round.change.operation != .insert, feed.showsOldRows else { return false }
        return rule.map { $0.verdict(on: .old, in: round) == .passes } ?? true
    }
}
