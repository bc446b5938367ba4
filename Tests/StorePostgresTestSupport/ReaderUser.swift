public import Diagnostics
public import Network
public import PostgresTestSupport
import PostgresWire
public import Quotas
public import Store
public import StorePostgres
public import TestSupport
public import Values

/// A reader on a loop of its own, asked from the thread of a test; ended when it goes.
public final class ReaderUser: Sendable {
    /// The loop's thread.
    public let thread: LoopThread
    /// The pool that is read on.
    public let pool: LoopBound<PostgresPool>
    private let reader: LoopBound<PostgresReader>
    private let database: TestDatabase?

    /// A reader of a database, which it keeps.
    public convenience init(
        _ database: TestDatabase,
        _ configure: (inout ClusterConfiguration) -> Void = { _ in }
    ) throws {
        try self.init(database.url, keeping: database, configure)
    }

    /// A reader of what a connection string leads to.
    public convenience init(_ url: String) throws { try self.init(url, keeping: nil) { _ in } }

    private init(
        _ url: String, keeping database: TestDatabase?,
        _ configure: (inout ClusterConfiguration) -> Void
    ) throws {
        self.database = database
        var configuration = ClusterConfiguration(try ConnectionTarget(url, systemUser: "apus"))
        configure(&configuration)
        let cluster = PostgresCluster(configuration, resolver: Resolver()) { _ in }
        let thread = try LoopThread(index: 0, name: "reader")
        self.thread = thread
        let pool = thread.perform { loop in LoopBound(PostgresPool(cluster, on: loop), on: loop) }
        self.pool = pool
        reader = thread.perform { loop in
            LoopBound(PostgresReader(pool.value, dialect: PostgresDialect()), on: loop)
        }
    }

    deinit {
        let pool = pool
        thread.perform { _ in pool.value.close() }
        thread.stop()
        thread.join()
    }

    /// What the pool has done.
    public var counts: PoolCounts { thread.perform { [pool] _ in pool.value.metrics }.counts }

    /// Begins a read.
    ///
    /// - Returns: what withdraws it.
    public func start(
        _ query: ReadQuery, _ arguments: ReadArguments? = nil, _ context: QueryContext = .none,
        for caller: Caller = .server, to record: Record<Result<RowsAnswer, Problem>> = Record()
    ) throws -> @Sendable () -> Void {
        try thread.perform { [reader] _ throws(Problem) in
            let reading = try worded { () throws(DatabaseError) in
                try reader.value.read(
                    query, arguments ?? ReadArguments(query), context, for: caller)
            }
            return Self.start(reading, record)
        }
    }

    /// Begins what must wait; what is done at once withdraws nothing.
    private static func start<Answer>(
        _ reading: Reading<Answer>, _ record: Record<Result<Answer, Problem>>
    ) -> @Sendable () -> Void {
        switch reading {
        case .done(let answer): record.append(.success(answer))
        case .mustWait(let read): return read.start { record.append($0) }
        }
        return {}
    }

    /// Reads rows and waits for them.
    public func read(
        _ query: ReadQuery, _ arguments: ReadArguments? = nil, _ context: QueryContext = .none
    ) throws -> RowsAnswer {
        let record = Record<Result<RowsAnswer, Problem>>()
        _ = try start(query, arguments, context, to: record)
        return try Self.first(of: record)
    }

    /// Asks for values and waits for them.
    public func ask(_ queries: [ScalarQuery]) throws -> [Value] {
        let record = Record<[Result<Value, Problem>]>()
        thread.perform { [reader] _ in reader.value.ask(queries) { record.append($0) } }
        guard let first = record.wait(for: 1).first else { throw CancellationError() }
        return try first.map { try $0.get() }
    }

    private static func first<Answer>(
        of record: Record<Result<Answer, Problem>>
    ) throws -> Answer {
        guard let first = record.wait(for: 1).first else { throw CancellationError() }
        return try first.get()
    }
}

extension RowsAnswer {
    /// The rows as text; empty for a stream.
    public var text: String {
        guard case .bytes(let bytes) = content else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same, of a stream too.
    public func wholeText() async throws -> String {
        guard case .stream(let stream) = content else { return text }
        var all: [UInt8] = []
        while let part = try await stream.next() { all += part }
        return String(decoding: all, as: UTF8.self)
    }
}
