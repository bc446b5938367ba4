import Addresses
import Bytes
import Configuration
import Quotas

/// One quota of a limit or a plan, as it is kept and told.
struct ThrottlePolicy: Sendable {
    /// What is counted.
    enum Quota: Sendable {
        case rate(RateLimit)
        /// In units of cost (``RequestCost``).
        case cost(RateLimit)
        case concurrency(Int)
    }

    /// Whose requests are counted together.
    enum Subject: Hashable, Sendable {
        case caller(Caller)
        case address(AddressBlock)
        case user(String)
        case key(Int)
        case all
        /// Those that browsers ask for pages before they send the requests themselves.
        case preflights(AddressBlock)
    }

    /// A bucket, or a count of what is under way.
    struct Key: Hashable, Sendable {
        let policy: Int
        let subject: Subject
    }

    /// Where it stands among all policies.
    let number: Int
    /// What it is called in fields, refusals and metrics.
    let name: String
    let quota: Quota
    let subject: ThrottleLimit.Subject
    /// Its member of the field `RateLimit-Policy`.
    let member: String

    init(number: Int, name: String, _ quota: Quota, per subject: ThrottleLimit.Subject) {
        self.number = number
        self.name = name
        self.quota = quota
        self.subject = subject
        switch quota {
        case .rate(let limit): member = "\"\(name)\";\(Self.window(limit))"
        case .cost(let limit): member = "\"\(name)\";\(Self.window(limit));qu=\"cost\""
        case .concurrency(let max): member = "\"\(name)\";q=\(max);qu=\"concurrent-requests\""
        }
    }

    /// What may come in the time in which an empty bucket fills, which is what a client can rely
    /// on.
    private static func window(_ limit: RateLimit) -> String {
        let seconds = max(1, limit.fillTime.secondsRoundedUp)
        let count = max(limit.burst, limit.count * Int(seconds) / limit.seconds)
        return "q=\(count);w=\(seconds)"
    }

    /// What it allows, in words.
    var allowance: String {
        switch quota {
        case .rate(let limit): "\(limit)"
        case .cost(let limit): "a cost of \(limit)"
        case .concurrency(let max): "\(max) at the same time"
        }
    }

    /// What a browser may ask from one address before requests that this is about; nil where that
    /// is nothing to be counted.
    ///
    /// It is counted apart from the requests, so that they are no fewer for it: a page asks once
    /// for each of them at the most. It is more, since nobody knows yet who will call: all who have
    /// signed in at the address share it with all who have not.
    var ofPreflights: RateLimit? {
        switch quota {
        case .rate(let limit), .cost(let limit):
            RateLimit(
                burst: limit.burst * Self.preflightsPerRequest,
                count: limit.count * Self.preflightsPerRequest, seconds: limit.seconds)
        case .concurrency: nil
        }
    }

    private static let preflightsPerRequest = 10

    /// Why a request is refused.
    func exhausted(wait: Duration) -> QuotaExhausted {
        QuotaExhausted(
            policy: name, member: member, allowance: allowance, per: subject.wording,
            retryAfterSeconds: max(1, wait.secondsRoundedUp))
    }
}

extension ThrottleLimit.Subject {
    /// As in `10/s for each …`.
    fileprivate var wording: String {
        switch self {
        case .caller: "for each caller"
        case .address: "for each address"
        case .user: "for each user"
        case .key: "for each API key"
        case .all: "for all together"
        }
    }
}

extension ThrottleQuota {
    /// Its policies, called by a name: the rate by the name itself.
    func policies(
        of name: String, per subject: ThrottleLimit.Subject, from number: Int
    ) -> [ThrottlePolicy] {
        let quotas: [(Measure, ThrottlePolicy.Quota?)] = [
            (.rate, rate.map(ThrottlePolicy.Quota.rate)),
            (.concurrency, concurrency.map(ThrottlePolicy.Quota.concurrency)),
            (.cost, cost.map(ThrottlePolicy.Quota.cost)),
        ]
        let given = quotas.compactMap { measure, quota in
            quota.map { (measure.policyName(of: name), $0) }
        }
        return given.enumerated().map { place, each in
            ThrottlePolicy(number: number + place, name: each.0, each.1, per: subject)
        }
    }
}
