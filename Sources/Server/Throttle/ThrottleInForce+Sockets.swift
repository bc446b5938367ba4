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
        return SocketQuotas(
            admitFeed: { [self] in
                throttle?.admit(feedOf: $0, from: block, insteadOf: $1) ?? .admitted()
            },
            admitMessage: { [self] in throttle?.admitMessage(of: $0, from: block, key: key) })
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
        feedOf identity: Identity, from block: AddressBlock, insteadOf former: (any FeedPlace)?
    ) -> FeedAdmission {
        guard let max = plan(of: identity)?.plan.feedsMax else { return .admitted() }
        let caller = identity.caller(from: block)
        if let former = former as? CountedFeed, former.isHeld(by: caller, in: self) {
            let count = feeds.withLock { $0.count(of: caller) }
            return count <= max ? .admitted(former) : .refused(max: max)
        }
        let shortage = feeds.withLock { $0.take(for: caller, eachMax: max) }
        return shortage == nil ? .admitted(CountedFeed(caller, in: self)) : .refused(max: max)
    }

    /// Takes a message from every rate that it falls under, from all or from none.
    ///
    /// - Returns: the quota that is used up; nil to let it in.
    fileprivate func admitMessage(
        of identity: Identity, from block: AddressBlock, key: Int?
    ) -> QuotaExhausted? {
        let now = ContinuousClock.now
        var taken: [(key: ThrottlePolicy.Key, limit: RateLimit)] = []
        let policies =
            limits.filter { $0.concernsMessages(of: identity) }.flatMap(\.policies)
            + (plan(of: identity)?.policies ?? [])
        for policy in policies {
            guard case .rate(let limit) = policy.quota,
                let subject = policy.subject.subject(of: identity, from: block, key: key)
            else { continue }
            let key = ThrottlePolicy.Key(policy: policy.number, subject: subject)
            let draw = buckets.draw(key, limit, now: now)
            guard !draw.isGranted else {
                taken.append((key, limit))
                continue
            }
            for (key, limit) in taken { buckets.giveBack(key, limit, now: now) }
            countRefusal(by: policy)
            return policy.exhausted(wait: draw.wait)
        }
        return nil
    }
}
