import Addresses
import Bytes
public import Diagnostics
public import Expressions
public import HTTP
public import Schema
public import Store

/// The REST surface of one loop: requests on `/rest/v1/…` in the dialect of PostgREST (rest.md).
///
/// A request goes one way: ``ApiRequest`` (syntax) → plan (judged against catalogue and rules) →
/// statement or program → rows → bytes. Reads run on the loop's reader, at once where the engine
/// can; writes are planned here, and run and committed by the engine. What would take the loop long
/// to plan is planned by a worker. Finished plans are kept by the request's shape, for as long as
/// the service lives.
///
/// Confined to its loop.
public final class RESTService {
    private let planning: Planning
    private let reader: any Reader
    private let workers: RequestWorkers
    private let report: @Sendable (Problem, UInt64) -> Void
    private let outdated: @Sendable ([String], Request) -> Void
    private var readPlans = PlanCache<ReadPlan>()
    private var writePlans = PlanCache<WritePlan>()

    /// A service over one catalogue; a reload makes a new one.
    ///
    /// - Parameters:
    ///   - workers: Read the bodies, and plan the requests, that would hold up the loop.
    ///   - outdated: Told of the names that a request uses and clients should use no more.
    ///   - report: Told of every problem with its request's id, for the log: `Problem.cause` is
    ///     there, which clients never see. Called on any thread.
    public init(
        catalogue: Catalogue, rulebook: Rulebook, database engine: any WriteEngine,
        reader: any Reader, settings: RESTSettings,
        workers: RequestWorkers,
        outdated: @escaping @Sendable ([String], Request) -> Void = { _, _ in },
        report: @escaping @Sendable (Problem, UInt64) -> Void = { _, _ in }
    ) {
        planning = Planning(catalogue, rulebook, settings, engine, reader.dialect)
        self.reader = reader
        self.workers = workers
        self.outdated = outdated
        self.report = report
    }

    // MARK: Reads

    func read(
        _ request: Request, _ table: ArraySlice<UInt8>, _ identity: Identity
    ) throws(Problem) -> Answer {
        let context = identity.context(now: .now)
        let key = PlanKey(request, table: table, isService: identity.isService)
        if let key, let plan = readPlans.plan(for: key.bytes) {
            let arguments = try ReadArguments(plan.query, operands: key.operands)
            return try run(plan, arguments, context, request, identity)
        }
        let draft = PlanDraft(
            request: request, table: table, identity: identity, context: context, key: key)
        return try plan(draft) { [planning] parsed throws(Problem) in
            try planning.read(parsed)
        } then: { planned throws(Problem) in
            let plan = planned.plan
            if let key, planned.isKept {
                self.readPlans.insert(plan, for: key.bytes, members: plan.memberCount)
            }
            return try self.run(plan, ReadArguments(plan.query), context, request, identity)
        }
    }

    private func run(
        _ plan: ReadPlan, _ arguments: ReadArguments, _ context: QueryContext, _ request: Request,
        _ identity: Identity
    ) throws(Problem) -> Answer {
        note(plan.fields, request)
        let reading = try worded { () throws(DatabaseError) in
            try reader.read(
                plan.query, arguments, context, for: identity.caller(from: request.peer.block))
        }
        return try plan.answer(reading, arguments, log(of: request))
    }

    // MARK: Writes

    func write(
        _ request: Request, _ action: WriteAction, _ table: ArraySlice<UInt8>,
        _ identity: Identity
    ) throws(Problem) -> Answer {
        guard action.hasPayload else {
            return try write(request, action, table, identity, nil, isLong: false)
        }
        let rowsMax = settings.writeRowsMax
        guard request.isLong else {
            let payload = Result { () throws(Problem) in
                try Payload(request.body, rowsMax: rowsMax)
            }
            return try write(request, action, table, identity, payload, isLong: false)
        }
        let caller = identity.caller(from: request.peer.block)
        return workers.prepare(for: caller, log(of: request)) { [body = request.body] memory in
            Result { () throws(Problem) in
                try Payload(body, rowsMax: rowsMax, within: memory)
            }
        } then: { payload throws(Problem) in
            try self.write(request, action, table, identity, payload, isLong: true)
        }
    }

    /// - Parameters:
    ///   - payload: What has been read of the body, where there is one. If it cannot be read, that
    ///     is told of after what else is wrong.
    ///   - isLong: Whether to make its rows would hold up the loop.
    private func write(
        _ request: Request, _ action: WriteAction, _ table: ArraySlice<UInt8>,
        _ identity: Identity, _ payload: Result<Payload, Problem>?, isLong: Bool
    ) throws(Problem) -> Answer {
        let now = Instant.now
        let context = identity.context(now: now)
        let key = key(of: request, table, identity, payload)
        if let key, let plan = writePlans.plan(for: key.bytes) {
            let operands = try Operands(key.operands, for: plan.slots)
            let write = try unbound(plan, payload, operands, context, identity, now, of: request)
            return try bind(write, of: request, isLong: isLong)
        }
        let draft = PlanDraft(
            request: request, table: table, identity: identity, context: context, key: key,
            hasLongBody: isLong && (try? payload?.get()) != nil)
        return try plan(draft) { [planning] parsed throws(Problem) in
            try planning.write(parsed, action, payload)
        } then: { planned throws(Problem) in
            let plan = planned.plan
            if let key, planned.isKept {
                self.writePlans.insert(
                    plan, for: key.bytes, members: plan.returning.table.memberCount)
            }
            let write = try self.unbound(
                plan, payload, Operands(), context, identity, now, of: request)
            return try self.bind(write, of: request, isLong: isLong)
        }
    }

    private func unbound(
        _ plan: WritePlan, _ payload: Result<Payload, Problem>?, _ operands: Operands,
        _ context: QueryContext, _ identity: Identity, _ now: Instant, of request: Request
    ) throws(Problem) -> UnboundWrite {
        note(plan.returning.fields, request)
        return UnboundWrite(
            plan: plan, rows: try payload?.get().rows ?? [], operands: operands, context: context,
            computed: ComputedValues(
                rulebook: planning.rulebook, identity: identity, now: now),
            caller: identity.caller(from: request.peer.block), rowsMax: settings.writeRowsMax)
    }

    private func key(
        of request: Request, _ table: ArraySlice<UInt8>, _ identity: Identity,
        _ payload: Result<Payload, Problem>?
    ) -> PlanKey? {
        var key = PlanKey(request, table: table, isService: identity.isService)
        guard let payload else { return key }
        guard case .success(let payload) = payload, key?.append(keysOf: payload) == true else {
            return nil
        }
        return key
    }

    private func bind(
        _ write: UnboundWrite, of request: Request, isLong: Bool
    ) throws(Problem) -> Answer {
        let log = log(of: request)
        guard isLong else { return try answer(try write.bound(), log) }
        return workers.prepare(for: write.caller, log) { _ throws(Problem) in
            try write.bound()
        } then: { job throws(Problem) in
            try self.answer(job, log)
        }
    }

    private func answer(_ job: BoundWrite, _ log: RequestLog) throws(Problem) -> Answer {
        try WriteRequest(job: job, log: log).answer(on: reader)
    }

    // MARK: Plans

    private func note(_ fields: AnswerFields, _ request: Request) {
        if !fields.outdated.isEmpty { outdated(fields.outdated, request) }
    }

    /// Makes a plan, at once or, where that would hold up the loop, on a worker, and goes on with
    /// it on the loop.
    private func plan<Plan: Sendable>(
        _ draft: PlanDraft, _ make: @escaping @Sendable (ParsedDraft) throws(Problem) -> Plan,
        then answer: @escaping (Plan) throws(Problem) -> Answer
    ) throws(Problem) -> Answer {
        let log = log(of: draft.request)
        if draft.isLong {
            return workers.prepare(for: draft.caller, log) { [planning] _ throws(Problem) in
                try make(try planning.parse(draft))
            } then: {
                plan throws(Problem) in try answer(plan)
            }
        }
        let parsed = try planning.parse(draft)
        guard parsed.isCostly else { return try answer(try make(parsed)) }
        return workers.prepare(for: draft.caller, log) { _ throws(Problem) in
            try make(parsed)
        } then: {
            plan throws(Problem) in try answer(plan)
        }
    }

    // MARK: OPTIONS

    /// The model that this caller means.
    func model(_ name: String, _ identity: Identity) throws(Problem) -> Model {
        try planning.planner(for: identity, .none).model(named: name)
    }

    // MARK: All of them

    var settings: RESTSettings { planning.settings }

    /// Where a request tells what went wrong.
    func log(of request: Request) -> RequestLog { RequestLog(report: report, id: request.id) }
}

extension Request {
    /// Whether its body would hold up a loop. Those that are looked through for it are short.
    fileprivate var isLong: Bool {
        if body.count > RESTLimits.inlineBodyBytesMax { return true }
        return body.count > RESTLimits.inlineValuesMax
            && JSONDocument.valueCountMax(of: body) > RESTLimits.inlineValuesMax
    }
}

/// Belongs to its loop.
@available(*, unavailable)
extension RESTService: Sendable {}
