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
/// use up their budget; writes are planned here and run as jobs of the writer. Finished read plans
/// are kept by the request's shape.
///
/// Confined to its loop.
public final class RESTService {
    private let catalogue: Catalogue
    private let rulebook: Rulebook
    private let database: DatabasePool
    private let reader: Reader
    let settings: RESTSettings
    let report: @Sendable (Problem, UInt64) -> Void
    private var plans = PlanCache()

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
        let key = PlanKey(request, path: table, isService: identity.isService)
        if let key, let plan = plans.plan(for: key.bytes) {
            let arguments = try ReadArguments(plan, operands: key.operands)
            let context = identity.context(now: plan.asksForTime ? .now : nil)
            return try run(plan, arguments, context, request, identity)
        }
        let context = identity.context(now: .now)
        let masked = key?.operands.map(\.parameter) ?? []
        let parsed = try ApiRequest(
            request, .read, table: table, masked: masked, settings: settings)
        var planner = Planner(
            catalogue: catalogue,
            permissions: Permissions(rulebook: rulebook, identity: identity, context: context),
            settings: settings)
        let (plan, isShared) = try planner.readPlan(parsed)
        if let key, isShared, plan.covers(masked) { plans.insert(plan, for: key.bytes) }
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
            throw Problem(running: error)
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
        _ request: Request, _ action: ApiRequest.Action, _ table: ArraySlice<UInt8>,
        _ identity: Identity
    ) throws(Problem) -> Answer {
        let now = Instant.now
        let context = identity.context(now: now)
        let parsed = try ApiRequest(request, action, table: table, masked: [], settings: settings)
        var planner = Planner(
            catalogue: catalogue,
            permissions: Permissions(rulebook: rulebook, identity: identity, context: context),
            settings: settings)
        let plan = try planner.writePlan(parsed, identity: identity, now: now)
        let job = WriteJob(
            plan: plan, context: context, catalogue: catalogue,
            isAnonymous: planner.permissions.isAnonymous, rowsMax: settings.rowsMax)
        let schema = parsed.hasProfile ? settings.schema : nil
        if job.isIdle { return .response(job.response(job.idleResult, schema: schema)) }
        return .pending { [database, report, id = request.id] in
            do throws(Problem) {
                let result = try await database.write { (transaction) throws(Problem) in
                    try job.run(in: transaction)
                }
                return job.response(result, schema: schema)
            } catch {
                if !Task.isCancelled { report(error, id) }
                return Response(error)
            }
        }
    }

    // MARK: OPTIONS

    /// Whether a table is there for this caller.
    func checkTable(_ name: String, _ identity: Identity) throws(Problem) {
        let permissions = Permissions(rulebook: rulebook, identity: identity, context: .none)
        _ = try Planner(catalogue: catalogue, permissions: permissions, settings: settings)
            .model(named: name)
    }
}

/// Belongs to its loop.
@available(*, unavailable)
extension RESTService: Sendable {}
