import Addresses
import Auth
import Expressions
import HTTP
import Quotas

/// What a request that is let in takes from quotas, until it is over, or a message over a socket.
struct ThrottlePass {
    /// What is let in.
    enum Purpose {
        case request
        /// A request that stays open: what it costs its messages would say.
        case socket
        /// What is under way is the socket, and nothing is told of what is left.
        case message
    }

    private let throttle: Throttle
    private let purpose: Purpose
    private let start: ContinuousClock.Instant
    private var rates: [(key: ThrottlePolicy.Key, limit: RateLimit)] = []
    /// With what was estimated.
    private var costs: [(key: ThrottlePolicy.Key, limit: RateLimit, estimate: Int)] = []
    private var underWay: [ThrottlePolicy.Key] = []
    /// From the door to the answer.
    private var time = Duration.zero
    private var told = QuotaFields()

    init(_ throttle: Throttle, for purpose: Purpose, start: ContinuousClock.Instant) {
        self.throttle = throttle
        self.purpose = purpose
        self.start = start
    }

    /// Whether nothing was taken.
    var isEmpty: Bool { told.isEmpty }

    /// Takes from quotas, and gives everything back if one of them is used up.
    ///
    /// - Parameters:
    ///   - rowsMax: the rows that an answer has at most; nil where rows are not what is asked for.
    ///   - key: the hash of the project's key that was shown.
    mutating func take(
        from policies: [ThrottlePolicy], for request: Request, of identity: Identity,
        rowsMax: Int?, key: () -> Int?
    ) -> QuotaExhausted? {
        for policy in policies {
            guard
                let subject = policy.subject.subject(
                    of: identity, from: request.peer.block, key: key()),
                let wait = take(from: policy, as: subject, RequestCost.estimate(request, rowsMax))
            else { continue }
            return refuse(by: policy, wait)
        }
        return nil
    }

    /// The same for a message over a socket.
    mutating func take(
        from policies: [ThrottlePolicy], forMessageOf identity: Identity, from block: AddressBlock,
        key: Int?
    ) -> QuotaExhausted? {
        for policy in policies {
            guard let subject = policy.subject.subject(of: identity, from: block, key: key),
                let wait = take(from: policy, as: subject, 0)
            else { continue }
            return refuse(by: policy, wait)
        }
        return nil
    }

    /// The same for a preflight from an address.
    mutating func take(
        from policies: [ThrottlePolicy], forPreflightFrom block: AddressBlock
    ) -> QuotaExhausted? {
        for policy in policies {
            guard let limit = policy.ofPreflights else { continue }
            let key = ThrottlePolicy.Key(policy: policy.number, subject: .preflights(block))
            if let wait = throttle.buckets.take(key, limit, now: start) {
                return refuse(by: policy, wait)
            }
            rates.append((key, limit))
        }
        return nil
    }

    private func refuse(by policy: ThrottlePolicy, _ wait: Duration) -> QuotaExhausted {
        giveBack()
        throttle.countRefusal(by: policy.number)
        return policy.exhausted(wait: wait)
    }

    /// - Returns: how long to wait when it is used up.
    private mutating func take(
        from policy: ThrottlePolicy, as subject: ThrottlePolicy.Subject,
        _ estimate: @autoclosure () -> Int
    ) -> Duration? {
        let key = ThrottlePolicy.Key(policy: policy.number, subject: subject)
        switch policy.quota {
        case .rate(let limit):
            let draw = throttle.buckets.draw(key, limit, now: start)
            guard draw.isGranted else { return draw.wait }
            rates.append((key, limit))
            if purpose != .message { told.append(policy, draw) }
        case .cost(let limit):
            guard purpose == .request else { return nil }
            let estimate = estimate()
            let draw = throttle.buckets.draw(key, limit, count: estimate, now: start)
            guard draw.isGranted else { return draw.wait }
            costs.append((key, limit, estimate))
            told.append(policy, draw)
        case .concurrency(let max):
            if purpose == .message { return nil }
            guard let left = throttle.begin(key, max: max) else { return .seconds(1) }
            underWay.append(key)
            told.append(policy, remaining: left)
        }
        return nil
    }

    private func giveBack() {
        for (key, limit) in rates { throttle.buckets.giveBack(key, limit, now: start) }
        for (key, limit, estimate) in costs {
            throttle.buckets.giveBack(key, limit, count: estimate, now: start)
        }
        for key in underWay { throttle.end(key) }
    }

    /// The answer is there.
    mutating func answered(_ response: inout Response, at now: ContinuousClock.Instant) {
        time = now - start
        response.append(told)
    }

    /// The request is over.
    func end(contentBytes: Int, at now: ContinuousClock.Instant) {
        for key in underWay { throttle.end(key) }
        guard !costs.isEmpty else { return }
        // One that nobody waited for has taken its time, too.
        let time = time == .zero ? now - start : time
        let actual = RequestCost.actual(time: time, contentBytes: contentBytes)
        for (key, limit, estimate) in costs {
            throttle.buckets.charge(key, limit, count: actual - estimate, now: now)
        }
    }
}

/// The fields by which an answer tells what its quotas allow and what is left of them
/// (draft-ietf-httpapi-ratelimit-headers-10).
struct QuotaFields {
    private var policies = ""
    private var remaining = ""

    var isEmpty: Bool { policies.isEmpty }

    /// A bucket, with the seconds until it is full.
    mutating func append(_ policy: ThrottlePolicy, _ draw: Draw) {
        append(policy, "r=\(draw.remaining);t=\(draw.refillTime.secondsRoundedUp)")
    }

    /// A count of what is under way.
    mutating func append(_ policy: ThrottlePolicy, remaining: Int) {
        append(policy, "r=\(remaining)")
    }

    private mutating func append(_ policy: ThrottlePolicy, _ left: String) {
        policies += (policies.isEmpty ? "" : ", ") + policy.member
        remaining += (remaining.isEmpty ? "" : ", ") + "\"\(policy.name)\";\(left)"
    }

    fileprivate var values: (policies: String, remaining: String) { (policies, remaining) }
}

extension Response {
    /// Adds what is left of quotas.
    fileprivate mutating func append(_ fields: QuotaFields) {
        append(field: "RateLimit-Policy", fields.values.policies)
        append(field: "RateLimit", fields.values.remaining)
    }

    /// Tells of a quota that is used up.
    mutating func append(_ quota: QuotaExhausted) {
        append(field: "RateLimit-Policy", quota.member)
        append(field: "RateLimit", "\"\(quota.policy)\";r=0;t=\(quota.retryAfterSeconds)")
    }
}
