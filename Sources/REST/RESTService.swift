import Bytes
public import Database
public import Diagnostics
public import Expressions
import HTTP
public import Schema

/// The REST surface of one loop: requests on `/rest/v1/…` in the dialect of PostgREST (rest.md).
///
/// A request goes one way: ``ApiRequest`` (syntax) → plan (judged against catalogue and rules) →
/// SQL → rows → bytes. Reads run at once on the loop's reader and move to the slow lane when they
/// use up their budget; writes are planned here and run as jobs of the writer. Finished plans are
/// kept by the request's shape, for as long as the service lives.
///
/// Confined to its loop.
public final class RESTService {
    private let catalogue: Catalogue
    private let rulebook: Rulebook
    private let database: DatabasePool
    private let reader: Reader
    let settings: RESTSettings
    let report: @Sendable (Problem, UInt64) -> Void
    private var readPlans = PlanCache<ReadPlan>()
    private var writePlans = PlanCache<WritePlan>()

    /// A service over one catalogue; a reload makes a new one.
    ///
    /// - Parameter report: Told of every problem with its request's id, for the log:
    ///   `Problem.cause` is there, which clients never see. Called on any thread.
    public init(
        catalogue: Catalogue, rulebook: Rulebook, database: DatabasePool, reader: Reader,
        settings: RESTSettings, report: @escaping @Sendable (Problem, UInt64) -> Void = { _, _ in }
    ) {
        self.catalogue = catalogue
        self.rulebook = rulebook
        self.database = database
        self.reader = reader
        self.settings = settings
        self.report = report
    }

    // MARK: Reads

    func read(
        _ request: Request, _ table: ArraySlice<UInt8>, _ identity: Identity
    ) throws(Problem) -> Answer {
        let context = identity.context(now: .now)
        let key = PlanKey(request, table: table, isService: identity.isService)
        if let key, let plan = readPlans.plan(for: key.bytes) {
            let arguments = try ReadArguments(plan, operands: key.operands)
            return try run(plan, arguments, context, request, identity)
        }
        let masked = key?.operands.map(\.parameter) ?? []
        let parsed = try ApiRequest(request, table: table, masked: masked)
        var planner = makePlanner(for: identity, context)
        let (plan, isShared) = try planner.readPlan(parsed)
        if let key, isShared, plan.covers(masked) { readPlans.insert(plan, for: key.bytes) }
        return try run(plan, ReadArguments(plan), context, request, identity)
    }

    private func run(
        _ plan: ReadPlan, _ arguments: ReadArguments, _ context: QueryContext, _ request: Request,
        _ identity: Identity
    ) throws(Problem) -> Answer {
        let result: ReadResult
        do throws(DatabaseError) {
            result = try plan.run(on: reader, arguments, context)
        } catch .overBudget {
            return readSlowly(plan, arguments, context, request, identity)
        } catch {
            throw Problem(error)
        }
        return .response(try plan.response(result, arguments))
    }

    private func readSlowly(
        _ plan: ReadPlan, _ arguments: ReadArguments, _ context: QueryContext, _ request: Request,
        _ identity: Identity
    ) -> Answer {
        let read = SlowRead(
            plan: plan, arguments: arguments, context: context,
            caller: identity.userID ?? request.peerAddress
        ) { [report, id = request.id] problem in report(problem, id) }
        return .pending { [database] in
            do throws(Problem) {
                return try plan.response(try await read.run(on: database), arguments)
            } catch {
                read.tell(error)
                return Response(error)
            }
        }
    }

    // MARK: Writes

    func write(
        _ request: Request, _ action: WriteAction, _ table: ArraySlice<UInt8>,
        _ identity: Identity
    ) throws(Problem) -> Answer {
        let now = Instant.now
        let context = identity.context(now: now)
        let (plan, rows, operands) = try plan(request, action, table, identity, context)
        let computed = ComputedValues(rulebook: rulebook, identity: identity, now: now)
        let job = BoundWrite(
            try PlannedWrite(plan, rows, computed), operands, context, catalogue,
            isAnonymous: identity.isAnonymous, rowsMax: settings.rowsMax)
        if job.isIdle { return .response(job.response(job.idleResult)) }
        guard let search = job.search else { return handOver(job, on: nil, request.id) }
        let found: [Int64]
        do throws(DatabaseError) {
            found = try job.rows(search, on: reader)
        } catch .overBudget {
            return searchSlowly(search, for: job, request.id)
        } catch {
            throw Problem(error)
        }
        if found.isEmpty { return .response(job.response(try job.emptyResult())) }
        return handOver(job, on: found, request.id)
    }

    private func searchSlowly(_ search: BoundSQL, for job: BoundWrite, _ id: UInt64) -> Answer {
        .pending { [database, report] in
            do throws(Problem) {
                let found = try await database.readSlowly { (reader) throws(Problem) in
                    do throws(DatabaseError) {
                        return try job.rows(search, on: reader)
                    } catch {
                        throw Problem(error)
                    }
                }
                if found.isEmpty { return job.response(try job.emptyResult()) }
                return job.response(
                    try await database.write { (transaction) throws(Problem) in
                        try job.run(in: transaction, on: found)
                    })
            } catch {
                if !Task.isCancelled { report(error, id) }
                return Response(error)
            }
        }
    }

    private func handOver(_ job: BoundWrite, on found: [Int64]?, _ id: UInt64) -> Answer {
        .deferred { [database, report] reply in
            database.write { (transaction) throws(Problem) in
                try job.run(in: transaction, on: found)
            } reply: { result in
                reply {
                    do throws(Problem) {
                        return job.response(try result.get())
                    } catch {
                        report(error, id)
                        return Response(error)
                    }
                }
            }
        }
    }

    /// The plan of a write, kept or made now, with the rows of the body and the operands that the
    /// plan leaves out.
    private func plan(
        _ request: Request, _ action: WriteAction, _ table: ArraySlice<UInt8>,
        _ identity: Identity, _ context: QueryContext
    ) throws(Problem) -> (WritePlan, [JSONValue], Operands) {
        var key = PlanKey(request, table: table, isService: identity.isService)
        var payload: Payload?
        if key != nil, action.hasPayload {
            // A body that cannot be read is told of below, after what else is wrong.
            payload = try? Payload(request)
            let isKept = payload.map { key?.append(keysOf: $0) == true } ?? false
            if !isKept { key = nil }
        }
        if let key, let plan = writePlans.plan(for: key.bytes) {
            return (plan, payload?.rows ?? [], try Operands(key.operands, for: plan.slots))
        }
        let masked = key?.operands.map(\.parameter) ?? []
        var parsed = try ApiRequest(request, table: table, masked: masked)
        if action.hasPayload {
            if payload == nil { payload = try Payload(request) }
            parsed.payload = payload
        }
        var planner = makePlanner(for: identity, context)
        let (plan, isShared) = try planner.writePlan(parsed, action)
        if let key, isShared, plan.covers(masked) { writePlans.insert(plan, for: key.bytes) }
        return (plan, parsed.payload?.rows ?? [], Operands())
    }

    // MARK: OPTIONS

    /// Whether a table is there for this caller.
    func checkTable(_ name: String, _ identity: Identity) throws(Problem) {
        _ = try makePlanner(for: identity, .none).model(named: name)
    }

    /// Judges one request of a caller.
    private func makePlanner(for identity: Identity, _ context: QueryContext) -> Planner {
        Planner(
            catalogue: catalogue,
            permissions: Permissions(rulebook: rulebook, identity: identity, context: context),
            settings: settings)
    }
}

/// Belongs to its loop.
@available(*, unavailable)
extension RESTService: Sendable {}
