public import Diagnostics
import Network
public import Quotas
public import Store
public import Values

/// What a loop reads with: each read is a unit on the connections of its pool, and answered later,
/// on the loop. ``Store/PendingRead/start(_:)`` is to be called there too. Confined to the loop.
public final class PostgresReader: Reader {
    /// What its queries are written in.
    public let dialect: any Dialect
    private let pool: PostgresPool
    private var kept: [ObjectIdentifier: KeptQuery] = [:]
    private var keptBytes = 0

    /// A reader on the pool of its loop.
    public init(_ pool: PostgresPool, dialect: PostgresDialect) {
        self.pool = pool
        self.dialect = dialect
    }

    /// See ``Store/Reader``. What takes longer, or whose answer is longer, than others should wait
    /// for is read again on the slow lane, which `caller` shares with all. The answer is held in
    /// memory up to 64 MiB.
    public func read(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: Caller
    ) throws(DatabaseError) -> Reading<RowsAnswer> {
        let reader = LoopBound(self, on: pool.loop)
        return .mustWait(
            PendingRead { reply in
                reader.value.start(query, arguments, context, for: caller, reply: reply)
            })
    }

    private func start(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: Caller, reply: @escaping PendingRead<RowsAnswer>.Reply
    ) -> @Sendable () -> Void {
        let read = RowsRead(
            kept(query), arguments, context, for: caller, on: pool, reply: reply)
        read.start()
        return withdrawal(of: read) { $0.withdraw() }
    }

    /// What is known of a query, which it lives with; nothing of one that is run once.
    private func kept(_ query: ReadQuery) -> KeptQuery {
        if query.rows.use == .once { return KeptQuery(query, dialect, pool.cluster.statements) }
        if let known = kept[ObjectIdentifier(query)] { return known }
        if kept.count >= ReadLimits.keptQueriesMax || keptBytes > ReadLimits.keptQueryBytesMax {
            kept.removeAll()
            keptBytes = 0
        }
        let new = KeptQuery(query, dialect, pool.cluster.statements)
        kept[ObjectIdentifier(query)] = new
        keptBytes += query.textBytes
        return new
    }

    /// See ``Store/Reader``. No write asks for it: its rows are found in its own statement.
    public func find(
        _ search: BoundSQL, _ operands: Operands, _ context: QueryContext, for caller: Caller
    ) throws(DatabaseError) -> Reading<FoundRows> {
        throw .unexpected("a write has been searched for apart: \(search.text)")
    }

    /// See ``Store/Reader``: the server must be asked.
    public func scalarAtHand(
        _ query: ScalarQuery, within time: Duration
    ) throws(DatabaseError) -> Value? { nil }

    /// See ``Store/Reader``: all in one unit, so that one which fails fails all. Each query must
    /// come from a ``Store/SelectStatement``, which knows the types of its columns.
    public func ask(
        _ queries: [ScalarQuery], reply: @escaping ([Result<Value, Problem>]) -> Void
    ) {
        if let query = queries.first(where: { $0.sql.columns.isEmpty }) {
            let cause = "a look-up does not say of which type it is: \(query.sql.text)"
            let failure = Problem(DatabaseError.unexpected(cause))
            return reply(queries.map { _ in .failure(failure) })
        }
        if queries.isEmpty { return reply([]) }
        _ = submit(ScalarsRead(queries, pool.cluster.statements, reply: reply).unit)
    }

    private func submit(_ unit: PostgresUnit) -> UnitToken {
        pool.submit(unit, on: .read, within: pool.cluster.readTime)
    }

    /// What withdraws a read from any thread.
    private func withdrawal<Read>(
        of read: Read, _ withdraw: @escaping @Sendable (Read) -> Void
    ) -> @Sendable () -> Void {
        let context = pool.loop.context
        let read = LoopBound(read, on: pool.loop)
        return {
            if context.isCurrent { return withdraw(read.value) }
            context.post { withdraw(read.value) }
        }
    }
}

@available(*, unavailable)
extension PostgresReader: Sendable {}
