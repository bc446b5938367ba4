import Addresses
import Bytes
public import Diagnostics
public import Expressions
import HTTP
public import Schema
public import Store

/// The REST surface of one loop: requests on `/rest/v1/…` in the dialect of PostgREST (rest.md).
///
/// A request goes one way: ``ApiRequest`` (syntax) → plan (judged against catalogue and rules) →
/// statement or program → rows → bytes. Reads run on the loop's reader, at once where the engine
/// can; writes are planned here, and run and committed by the engine. Finished plans are kept by
/// the request's shape, for as long as the service lives.
///
/// Confined to its loop.
public final class RESTService {
    private let catalogue: Catalogue
    private let rulebook: Rulebook
    private let engine: any WriteEngine
    private let reader: any Reader
    let settings: RESTSettings
    private let workers: BodyWorkers
    private let report: @Sendable (Problem, UInt64) -> Void
    private var readPlans = PlanCache<ReadPlan>()
    private var writePlans = PlanCache<WritePlan>()

    /// A service over one catalogue; a reload makes a new one.
    ///
    /// - Parameters:
    ///   - workers: Read the bodies that would hold up the loop.
    ///   - report: Told of every problem with its request's id, for the log: `Problem.cause` is
    ///     there, which clients never see. Called on any thread.
    public init(
        catalogue: Catalogue, rulebook: Rulebook, database engine: any WriteEngine,
        reader: any Reader, settings: RESTSettings,
        workers: BodyWorkers,
        report: @escaping @Sendable (Problem, UInt64) -> Void = { _, _ in }
    ) {
        self.catalogue = catalogue
        self.rulebook = rulebook
        self.engine = engine
        self.reader = reader
        self.settings = settings
        self.workers = workers
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
        let masked = key?.operands.map(\.parameter) ?? []
        let parsed = try ApiRequest(request, table: table, masked: masked)
        var planner = makePlanner(
            for: identity, context, PlanKey.use(of: request, table: table))
        let (plan, isShared) = try planner.readPlan(parsed)
        if let key, isShared, plan.query.rows.slots.covers(masked) {
            readPlans.insert(plan, for: key.bytes, members: plan.memberCount)
        }
        return try run(plan, ReadArguments(plan.query), context, request, identity)
    }

    private func run(
        _ plan: ReadPlan, _ arguments: ReadArguments, _ context: QueryContext, _ request: Request,
        _ identity: Identity
    ) throws(Problem) -> Answer {
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
        guard action.hasPayload else { return try write(request, action, table, identity, nil) }
        let rowsMax = settings.writeRowsMax
        guard request.isLong else {
            let payload = Result { () throws(Problem) in
                try Payload(request.body, rowsMax: rowsMax)
            }
            return try write(request, action, table, identity, payload)
        }
        let caller = identity.caller(from: request.peer.block)
        return workers.prepare(for: caller, log(of: request)) { [body = request.body] memory in
            Result { () throws(Problem) in
                try Payload(body, rowsMax: rowsMax, within: memory)
            }
        } then: { payload throws(Problem) in
            try self.write(request, action, table, identity, payload)
        }
    }

    /// - Parameter payload: What has been read of the body, where there is one. If it cannot be
    ///   read, that is told of after what else is wrong.
    private func write(
        _ request: Request, _ action: WriteAction, _ table: ArraySlice<UInt8>,
        _ identity: Identity, _ payload: Result<Payload, Problem>?
    ) throws(Problem) -> Answer {
        let now = Instant.now
        let context = identity.context(now: now)
        let (plan, operands) = try plan(request, action, table, identity, context, payload)
        let write = UnboundWrite(
            plan: plan, rows: try payload?.get().rows ?? [], operands: operands, context: context,
            computed: ComputedValues(rulebook: rulebook, identity: identity, now: now),
            caller: identity.caller(from: request.peer.block), rowsMax: settings.writeRowsMax)
        let log = log(of: request)
        guard request.isLong, action.hasPayload else {
            return try answer(try write.bound(), log)
        }
        return workers.prepare(for: write.caller, log) { _ throws(Problem) in
            try write.bound()
        } then: { job throws(Problem) in
            try self.answer(job, log)
        }
    }

    private func answer(_ job: BoundWrite, _ log: RequestLog) throws(Problem) -> Answer {
        try WriteRequest(job: job, log: log).answer(on: reader)
    }

    /// The plan of a write, kept or made now, with the operands that it leaves out.
    private func plan(
        _ request: Request, _ action: WriteAction, _ table: ArraySlice<UInt8>,
        _ identity: Identity, _ context: QueryContext, _ payload: Result<Payload, Problem>?
    ) throws(Problem) -> (WritePlan, Operands) {
        var key = PlanKey(request, table: table, isService: identity.isService)
        if let payload {
            let isKept = (try? payload.get()).map { key?.append(keysOf: $0) == true } ?? false
            if !isKept { key = nil }
        }
        if let key, let plan = writePlans.plan(for: key.bytes) {
            return (plan, try Operands(key.operands, for: plan.slots))
        }
        let masked = key?.operands.map(\.parameter) ?? []
        var parsed = try ApiRequest(request, table: table, masked: masked)
        parsed.payload = try payload?.get()
        var planner = makePlanner(
            for: identity, context, PlanKey.use(of: request, table: table))
        let (plan, isShared) = try planner.writePlan(parsed, action, for: engine)
        if let key, isShared, plan.slots.covers(masked) {
            writePlans.insert(plan, for: key.bytes, members: plan.returning.table.memberCount)
        }
        return (plan, Operands())
    }

    // MARK: OPTIONS

    /// Whether a table is there for this caller.
    func checkTable(_ name: String, _ identity: Identity) throws(Problem) {
        _ = try makePlanner(for: identity, .none).model(named: name)
    }

    // MARK: All of them

    /// Where a request tells what went wrong.
    func log(of request: Request) -> RequestLog { RequestLog(report: report, id: request.id) }

    /// Judges one request of a caller.
    private func makePlanner(
        for identity: Identity, _ context: QueryContext, _ use: StatementUse = .kept
    ) -> Planner {
        Planner(
            catalogue: catalogue,
            permissions: Permissions(rulebook: rulebook, identity: identity, context: context),
            settings: settings, dialect: reader.dialect, use: use)
    }
}

extension Request {
    /// Whether its body would hold up a loop.
    fileprivate var isLong: Bool { body.count > RESTLimits.inlineBodyBytesMax }
}

/// Belongs to its loop.
@available(*, unavailable)
extension RESTService: Sendable {}
