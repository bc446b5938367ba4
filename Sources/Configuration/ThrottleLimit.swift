public import Quotas

/// A limit of `throttle.limits`: whose requests are counted together, which of them, and how many
/// may come.
public struct ThrottleLimit: Hashable, Sendable {
    /// Whose requests are counted together.
    public enum Subject: String, Hashable, Sendable, CaseIterable {
        /// A user's, and those of an address from people who have not signed in.
        case caller
        /// Those of an address; of IPv6 by its first 64 bits.
        case address
        /// A user's. Who has not signed in is not counted.
        case user
        /// Those with one API key.
        case key
        /// All of them.
        case all
    }

    /// What a request does, by its method.
    public enum Verb: String, Hashable, Sendable, CaseIterable {
        case read, create, update, delete
    }

    /// Whom a request speaks for.
    public enum Role: String, Hashable, Sendable, CaseIterable {
        case anon, authenticated
        case service = "service_role"
    }

    /// What its quotas are called in answers and metrics.
    public var name = ""
    /// Whose requests are counted together.
    public var subject = Subject.caller
    /// The services `rest`, `auth` and `realtime`, or paths and all below them; empty for all.
    public var routes: [String] = []
    /// The models that paths name; empty for all, and for what names none.
    public var models: [String] = []
    /// What requests do; empty for all.
    public var verbs: [Verb] = []
    /// Whom they speak for; empty for all but the service role.
    public var roles: [Role] = []
    /// How many may come.
    public var quota = ThrottleQuota()
}

/// How many requests may come, and how much they may cost.
public struct ThrottleQuota: Hashable, Sendable {
    /// How often; nil for any number.
    public var rate: RateLimit?
    /// How many at the same time; nil for any number.
    public var concurrency: Int?
    /// What they may cost together, in milliseconds of work and kilobytes of answers; nil for
    /// anything.
    public var cost: RateLimit?

    /// Whether it limits nothing.
    public var isEmpty: Bool { rate == nil && concurrency == nil && cost == nil }

    /// What is counted, each by a policy of its own.
    public enum Measure: String, Sendable, CaseIterable {
        case rate, concurrency, cost

        /// What the policy is called in answers and metrics: the rate by the name itself, the
        /// others by it and a suffix.
        public func policyName(of name: String) -> String {
            self == .rate ? name : "\(name)-\(rawValue)"
        }
    }

    /// What it limits.
    public var measures: [Measure] {
        Measure.allCases.filter { measure in
            switch measure {
            case .rate: rate != nil
            case .concurrency: concurrency != nil
            case .cost: cost != nil
            }
        }
    }
}

/// A plan of `throttle.plans`: what each caller who has it may do.
public struct ThrottlePlan: Hashable, Sendable {
    /// What the claim calls it.
    public var name = ""
    /// How many requests may come of one caller.
    public var quota = ThrottleQuota()
    /// Feeds open at the same time of one caller; nil for any number.
    public var feedsMax: Int?

    /// What its policies are called by in answers and metrics.
    public var policyName: String { "plan-\(name)" }
    /// What the policy of its feeds is called.
    public var feedsPolicyName: String { "\(policyName)-feeds" }
    /// Whether it limits nothing.
    public var isEmpty: Bool { quota.isEmpty && feedsMax == nil }
}
