import Addresses
import Configuration
import Expressions
import HTTP
import Quotas

/// One loop's door to what is limited: asks the quotas that a request falls under, tells its answer
/// what is left, and gives back what ends with the request. Confined to its loop.
struct ThrottleDoor {
    /// A limit that may concern a table's requests.
    private struct Candidate {
        let limit: Throttle.Limit
        /// Whether it concerns every path of the table.
        let isOfTable: Bool
    }

    private let throttle: Throttle
    /// By table.
    private let candidates: [[Candidate]]
    /// The table of what belongs to no service, which plans are not about.
    private let othersTable: Int?
    /// The table whose requests become sockets.
    private let realtimeTable: Int?
    /// The table whose requests ask for rows, and how many an answer has at most.
    private let restTable: Int?
    private let rowsMax: Int
    private let gateway: Gateway
    /// Of who called lately on this loop.
    private let plans = PlanMemory(knownMax: 1024)
    /// Requests let in that are not over, by their numbers.
    private var passes: [UInt64: ThrottlePass]

    /// - Parameters:
    ///   - gateway: knows which keys are the project's.
    ///   - rowsMax: the rows that an answer has at most.
    ///   - before: the door that this one follows, whose requests are not over.
    init(
        _ throttle: Throttle, _ router: Router, _ gateway: Gateway, rowsMax: Int,
        after before: ThrottleDoor?
    ) {
        self.throttle = throttle
        self.gateway = gateway
        self.rowsMax = rowsMax
        passes = before?.passes ?? [:]
        let prefixes = router.tables.map { "\($0.prefix)" }
        othersTable = prefixes.firstIndex(of: "")
        realtimeTable = prefixes.firstIndex(of: "/realtime/v1")
        restTable = prefixes.firstIndex(of: "/rest/v1")
        candidates = prefixes.map { prefix in
            throttle.limits.compactMap { limit in
                switch limit.reach(ofTable: prefix) {
                case .none: nil
                case .some: Candidate(limit: limit, isOfTable: false)
                case .all: Candidate(limit: limit, isOfTable: true)
                }
            }
        }
    }

    /// Asks every quota that a request falls under, and takes from all or from none.
    ///
    /// - Returns: the quota that is used up; nil to let it in.
    mutating func admit(
        _ request: Request, table: Int, _ identity: Identity
    ) -> QuotaExhausted? {
        var pass = ThrottlePass(
            throttle, for: table == realtimeTable ? .socket : .request,
            start: ContinuousClock.now)
        let rows = table == restTable ? rowsMax : nil
        let gateway = gateway
        let refusal = refusal(request, table, request.method, identity) { policies in
            pass.take(from: policies, for: request, of: identity, rowsMax: rows) {
                gateway.projectKey(of: request)?.hashValue
            }
        }
        if refusal == nil, !pass.isEmpty { passes[request.id] = pass }
        return refusal
    }

    /// The same for what a browser asks before a page's request to another origin. It does not say
    /// who will call, so it falls under what guests fall under.
    ///
    /// - Parameter method: that of the request to come.
    mutating func admit(
        preflight request: Request, for method: HTTP.Method, table: Int
    ) -> QuotaExhausted? {
        var pass = ThrottlePass(throttle, for: .request, start: ContinuousClock.now)
        return refusal(request, table, method, .anonymous) { policies in
            pass.take(from: policies, forPreflightFrom: request.peer.block)
        }
    }

    /// Goes through the limits and the plan that a request falls under, up to the first that
    /// refuses it.
    private mutating func refusal(
        _ request: Request, _ table: Int, _ method: HTTP.Method, _ identity: Identity,
        _ take: ([ThrottlePolicy]) -> QuotaExhausted?
    ) -> QuotaExhausted? {
        var path: PathWords?
        for candidate in candidates[table] {
            let limit = candidate.limit
            guard limit.concerns(method, identity) else { continue }
            if limit.readsPath(isOfTable: candidate.isOfTable) {
                let words = path ?? PathWords(request.rawPath)
                path = words
                guard limit.concerns(words, isOfTable: candidate.isOfTable) else { continue }
            }
            if let refusal = take(limit.policies) { return refusal }
        }
        guard table != othersTable, let plan = plans.plan(of: identity, in: throttle) else {
            return nil
        }
        return take(plan.policies)
    }

    /// Tells an answer what is left of the quotas that its request was let in by.
    mutating func complete(_ response: inout Response, id: UInt64) {
        guard passes[id] != nil else { return }
        passes[id]?.answered(&response, at: ContinuousClock.now)
    }

    /// Gives back what a request had while it was under way, and charges what it has cost.
    mutating func end(_ id: UInt64, contentBytes: Int) {
        guard let pass = passes.removeValue(forKey: id) else { return }
        pass.end(contentBytes: contentBytes, at: ContinuousClock.now)
    }
}
