import Quotas
public import Store

/// The outcome of a program that `start` runs.
public func outcome(
    _ start: (@escaping WriteReply) -> WriteWithdrawal
) async -> WriteOutcome {
    let (outcomes, told) = AsyncStream<WriteOutcome>.makeStream()
    _ = start { told.yield($0) }
    for await outcome in outcomes { return outcome }
    return .failure(.failed(ProgramStage.fault("no reply")))
}

extension WriteEngine {
    /// Runs an insert.
    public func run(
        _ program: InsertProgram, _ rows: NewRows, _ context: QueryContext = .none
    ) async -> WriteOutcome {
        let prepared = prepare(program)
        return await outcome { prepared.run(rows, Operands(), context, for: .server, reply: $0) }
    }

    /// Runs an update.
    ///
    /// - Parameter find: asks a search of the engine's.
    public func run(
        _ program: UpdateProgram, _ values: NewValues,
        find: (BoundSQL) throws -> FoundRows? = { _ in nil }
    ) async throws -> WriteOutcome {
        let prepared = prepare(program)
        let found = try prepared.search.flatMap(find)
        return await outcome { prepared.run(values, on: found, Operands(), .none, for: .server, reply: $0) }
    }

    /// Runs a delete.
    public func run(
        _ program: DeleteProgram, find: (BoundSQL) throws -> FoundRows? = { _ in nil }
    ) async throws -> WriteOutcome {
        let prepared = prepare(program)
        let found = try prepared.search.flatMap(find)
        return await outcome { prepared.run(on: found, Operands(), .none, for: .server, reply: $0) }
    }
}
