import Addresses
import Auth
import Configuration
import Expressions
import HTTP
import Quotas
import Realtime
import Synchronization

// A request opens a socket, and the messages over it say who asks for what: the same limits and
// plans bound both.

extension ThrottleInForce {
    /// What bounds those who speak over the socket that a request opens, whatever is in force then.
    func quotas(ofSocket request: Request) -> SocketQuotas {
        let block = request.peer.block
        let key = Credentials(request).apiKey?.hashValue
        let plans = PlanMemory(knownMax: 1)
        return SocketQuotas(
            admitFeed: { [self] identity, former in
                guard let throttle else { return .admitted() }
                return throttle.admit(
                    feedOf: identity, from: block, insteadOf: former,
                    by: plans.plan(of: identity, in: throttle))
            },
            admitMessage: { [self] identity in
                guard let throttle else { return nil }
                return throttle.admitMessage(
                    of: identity, from: block, key: key, by: plans.plan(of: identity, in: throttle))
            })
    }
}

/// One of the feeds that a caller has open by his plan.
private final class CountedFeed: FeedPlace {
    private let caller: Caller
    private let throttle: Throttle

    /// A feed that has been counted.
    init(_ caller: Caller, in throttle: Throttle) {
        (self.caller, self.throttle) = (caller, throttle)
    }

    /// Whether it is counted there as this caller's.
    func isHeld(by caller: Caller, in throttle: Throttle) -> Bool {
        self.caller == caller && self.throttle === throttle
    }

    func giveBack() { throttle.feeds.withLock { $0.giveBack(from: caller) } }
}

extension Throttle {
    /// Whether a caller from an address may have one more feed by the plan, or keep the one that he
    /// has.
    fileprivate func admit(
        feedOf identity: Identity, from block: AddressBlock, insteadOf former: (any FeedPlace)?,
        by plan: Plan?
    ) -> FeedAdmission {
        guard let plan, let max = plan.plan.feedsMax else { return .admitted() }
        let caller = identity.quotaHolder(from: block)
        if let former = former as? CountedFeed, former.isHeld(by: caller, in: self) {
            let count = feeds.withLock { $0.count(of: caller) }
            return count <= max ? .admitted(former) : refuseFeed(by: plan, max)
        }
        let isFree = feeds.withLock { $0.take(for: caller, upTo: max) }
        return isFree ? .admitted(CountedFeed(caller, in: self)) : refuseFeed(by: plan, max)
    }

    private func refuseFeed(by plan: Plan, _ max: Int) -> FeedAdmission {
        if let number = plan.feedsNumber { countRefusal(by: number) }
        return .refused(plan: plan.plan.name, max: max, policy: plan.plan.feedsPolicyName)
    }

    /// Takes a message from every rate that it falls under, from all or from none.
    ///
    /// - Parameter plan: the caller's.
    /// - Returns: the quota that is used up; nil to let it in.
    fileprivate func admitMessage(
        of identity: Identity, from block: AddressBlock, key: Int?, by plan: Plan?
    ) -> QuotaExhausted? {
        var pass = ThrottlePass(self, for: .message, start: ContinuousClock.now)
        for limit in limits where limit.concernsMessages(of: identity) {
            let refusal = pass.take(
                from: limit.policies, forMessageOf: identity, from: block, key: key)
            if let refusal { return refusal }
        }
        return pass.take(
            from: plan?.policies ?? [], forMessageOf: identity, from: block, key: key)
    }
}
