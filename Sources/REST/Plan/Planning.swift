import Addresses
import Diagnostics
import Expressions
import HTTP
import Quotas
import Schema
import Store

/// What plans are made of beside their requests. Plans are made of it on any thread.
struct Planning: Sendable {
    let catalogue: Catalogue
    let rulebook: Rulebook
    let settings: RESTSettings
    let engine: any WriteEngine
    /// What statements are written in.
    let dialect: any Dialect
    /// The most columns that a table has.
    private let columnsMax: Int

    init(
        _ catalogue: Catalogue, _ rulebook: Rulebook, _ settings: RESTSettings,
        _ engine: any WriteEngine, _ dialect: any Dialect
    ) {
        self.catalogue = catalogue
        self.rulebook = rulebook
        self.settings = settings
        self.engine = engine
        self.dialect = dialect
        columnsMax = catalogue.models.map(\.columns.count).max() ?? 0
    }

    /// Judges one request of a caller.
    func planner(
        for identity: Identity, _ context: QueryContext, _ use: StatementUse = .kept
    ) -> Planner {
        Planner(
            catalogue: catalogue,
            permissions: Permissions(rulebook: rulebook, identity: identity, context: context),
            settings: settings, dialect: dialect, use: use)
    }

    /// What a request says, unless it is more than anybody should have to plan.
    func parse(_ draft: PlanDraft) throws(Problem) -> ParsedDraft {
        let request = try ApiRequest(draft.request, table: draft.table, masked: draft.masked)
        let cost = request.planningCost(columnsMax: columnsMax)
        guard cost <= RESTLimits.planningCostMax else { throw .tooMuchToPlan }
        return ParsedDraft(draft: draft, request: request, cost: cost)
    }

    /// The plan of a read.
    func read(_ parsed: ParsedDraft) throws(Problem) -> Planned<ReadPlan> {
        var planner = planner(for: parsed.draft)
        let (plan, isShared) = try planner.readPlan(parsed.request)
        let isKept = isShared && plan.query.rows.slots.covers(parsed.draft.masked)
        return Planned(plan: plan, isKept: isKept)
    }

    /// The plan of a write.
    ///
    /// - Parameter payload: See ``RESTService``: told of after what else is wrong.
    func write(
        _ parsed: ParsedDraft, _ action: WriteAction, _ payload: Result<Payload, Problem>?
    ) throws(Problem) -> Planned<WritePlan> {
        var request = parsed.request
        request.payload = try payload?.get()
        var planner = planner(for: parsed.draft)
        let (plan, isShared) = try planner.writePlan(request, action, for: engine)
        let isKept = isShared && plan.slots.covers(parsed.draft.masked)
        return Planned(plan: plan, isKept: isKept)
    }

    private func planner(for draft: PlanDraft) -> Planner {
        let use = PlanKey.use(of: draft.request, table: draft.table)
        return planner(for: draft.identity, draft.context, use)
    }
}

/// A request whose plan is not known.
struct PlanDraft: Sendable {
    let request: Request
    /// The table's name as it stands in the path.
    let table: ArraySlice<UInt8>
    let identity: Identity
    let context: QueryContext
    /// What its plan is kept by; nil for one that is not.
    let key: PlanKey?
    /// Whether its body had to be read by a worker: what is made of it takes long, too.
    var hasLongBody = false

    /// The parameters whose operands the plan leaves out.
    var masked: [Int] { key?.operands.map(\.parameter) ?? [] }

    /// Whose share of the threads it takes.
    var caller: Caller { identity.caller(from: request.peer.block) }

    /// Whether reading it would hold up a loop.
    var isLong: Bool {
        hasLongBody || request.rawQuery.count > RESTLimits.inlineQueryBytesMax
            || request.listBytes > RESTLimits.inlineListBytesMax
    }
}

extension Request {
    /// Bytes of the fields that are lists.
    fileprivate var listBytes: Int {
        var count = fieldBytes("accept")?.count ?? 0
        head.forEachValue(of: "prefer") { count += $0.count }
        return count
    }
}

/// A request that has been read.
struct ParsedDraft: Sendable {
    let draft: PlanDraft
    let request: ApiRequest
    private let cost: Int

    init(draft: PlanDraft, request: ApiRequest, cost: Int) {
        self.draft = draft
        self.request = request
        self.cost = cost
    }

    /// Whether planning it would hold up a loop.
    var isCostly: Bool { cost > RESTLimits.inlinePlanningCostMax }
}

/// A plan, and whether it serves other requests of its key.
struct Planned<Plan: Sendable>: Sendable {
    let plan: Plan
    let isKept: Bool
}
