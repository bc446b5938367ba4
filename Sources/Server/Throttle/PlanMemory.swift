import Expressions

/// The plans of those who called lately, by their claims: these are not read again for each of
/// their requests and messages. Confined to its loop.
final class PlanMemory {
    private let knownMax: Int
    private var known: [String: Throttle.Plan?] = [:]
    /// What they are known by.
    private var throttle: Throttle?

    /// - Parameter knownMax: Callers whose plans are kept: a socket has one, but for changes of its
    ///   token.
    init(knownMax: Int) { self.knownMax = knownMax }

    /// A caller's plan by what is in force; nil where there is none.
    func plan(of identity: Identity, in throttle: Throttle) -> Throttle.Plan? {
        if throttle.plans.isEmpty { return nil }
        if self.throttle !== throttle {
            self.throttle = throttle
            known = [:]
        }
        if let plan = known[identity.claims] { return plan }
        if known.count >= knownMax { known = [:] }
        let plan = throttle.plan(of: identity)
        known[identity.claims] = .some(plan)
        return plan
    }
}
