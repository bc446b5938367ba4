import Bytes
import Configuration
import Expressions
import Quotas
import Realtime
import Synchronization

/// The limits and plans of a project, with what is counted by them. One for all loops.
final class Throttle: Sendable {
    /// A limit with its policies.
    struct Limit: Sendable {
        let selection: ThrottleLimit
        let policies: [ThrottlePolicy]
        /// The segments of the paths among its routes.
        let paths: [[[UInt8]]]
        let models: Set<[UInt8]>

        init(_ limit: ThrottleLimit, from number: Int) {
            selection = limit
            policies = limit.quota.policies(of: limit.name, per: limit.subject, from: number)
            paths = limit.routes.filter { $0.hasPrefix("/") }.map(PathWords.words)
            models = Set(limit.models.map { Array($0.utf8) })
        }
    }

    /// A plan with its policies.
    struct Plan: Sendable {
        let plan: ThrottlePlan
        let policies: [ThrottlePolicy]
        /// Where its feeds stand among all policies; nil where it does not count them.
        let feedsNumber: Int?
    }

    let limits: [Limit]
    let plans: [Plan]
    let settings: Settings.Throttle
    let buckets = RateLimiter<ThrottlePolicy.Key>(bucketsMax: 65_536, stripes: 16)
    let underWay = Stripes(16, Tally<ThrottlePolicy.Key>())
    /// Feeds open, by whose plan they are.
    let feeds = Mutex(Tally<Caller>())
    /// Requests refused so far, by the policy's number.
    private let refusals: Mutex<[Int]>

    init(_ settings: Settings.Throttle) {
        self.settings = settings
        var count = 0
        limits = settings.limits.map { limit in
            let limit = Limit(limit, from: count)
            count += limit.policies.count
            return limit
        }
        plans = settings.plans.map { plan in
            let policies = plan.quota.policies(
                of: plan.policyName, per: .caller, from: count)
            count += policies.count
            guard plan.feedsMax != nil else {
                return Plan(plan: plan, policies: policies, feedsNumber: nil)
            }
            defer { count += 1 }
            return Plan(plan: plan, policies: policies, feedsNumber: count)
        }
        refusals = Mutex(Array(repeating: 0, count: count))
    }

    /// The plan of a caller; nil where there is none, and for the service role. Reads the claims.
    func plan(of identity: Identity) -> Plan? {
        if plans.isEmpty || identity.isService { return nil }
        var name: String?
        if identity.userID != nil {
            var value = (try? JSONDocument(parsing: Array(identity.claims.utf8)))?.root
            for word in settings.planClaim.split(separator: ".") { value = value?[String(word)] }
            name = value?.string
        }
        return plans.first { $0.plan.name == name }
            ?? plans.first { $0.plan.name == settings.planDefault }
    }

    /// Counts one more request under way.
    ///
    /// - Returns: How many more there may be; nil when there are so many already.
    func begin(_ key: ThrottlePolicy.Key, max: Int) -> Int? {
        underWay.withLock(of: key.hashValue) { tally in
            tally.take(for: key, upTo: max) ? max - tally.count(of: key) : nil
        }
    }

    /// Counts one less.
    func end(_ key: ThrottlePolicy.Key) {
        underWay.withLock(of: key.hashValue) { $0.giveBack(from: key) }
    }

    /// Counts a refused request, message or feed.
    ///
    /// - Parameter number: that of the policy which refuses it.
    func countRefusal(by number: Int) { refusals.withLock { $0[number] += 1 } }

    /// Appends what was refused in Prometheus' text format.
    func appendMetrics(to output: inout [UInt8]) {
        let counts = refusals.withLock { $0 }
        let name = "apus_throttled_requests_total"
        MetricText.head(
            name, "counter", "Requests, messages and feeds refused by a limit or plan.",
            to: &output)
        var policies = (limits.flatMap(\.policies) + plans.flatMap(\.policies)).map {
            (name: $0.name, number: $0.number)
        }
        for plan in plans {
            guard let number = plan.feedsNumber else { continue }
            policies.append((plan.plan.feedsPolicyName, number))
        }
        for policy in policies {
            output.append(utf8: "\(name){policy=\"\(policy.name)\"} \(counts[policy.number])\n")
        }
    }
}

/// The throttle in force, which a reload may replace. Any thread.
final class ThrottleInForce: Sendable {
    private let current: Mutex<Throttle?>

    init(_ settings: Settings.Throttle) {
        current = Mutex(settings.isEmpty ? nil : Throttle(settings))
    }

    /// The one in force; nil where nothing is limited.
    var throttle: Throttle? { current.withLock { $0 } }

    /// Puts other settings in force. What is counted goes on where they say the same.
    func reload(_ settings: Settings.Throttle) {
        current.withLock { throttle in
            guard throttle?.settings != settings else { return }
            throttle = settings.isEmpty ? nil : Throttle(settings)
        }
    }

    /// Appends its metrics, if it is there.
    func appendMetrics(to output: inout [UInt8]) { throttle?.appendMetrics(to: &output) }
}
