public import Diagnostics
public import Quotas

/// An engine in use. Usable from every thread.
public protocol Database: LookUpSource, AnyObject, Sendable {
    /// What its statements are written in.
    var dialect: any Dialect { get }
    /// The engine with its version, for whoever depends on how exactly it works.
    var engine: String { get }
    /// What names this history of changes: made anew with each database.
    var epoch: String { get }

    // MARK: Facts

    /// What the server has noted about this database; nil if there is nothing of the name.
    func fact(_ name: String) -> String?

    /// Notes something about this database, in it. Blocks until it is durable.
    func note(_ name: String, _ value: String) throws(Problem)

    /// Notes something unless there is something of that name, and returns what stands there now:
    /// of several who note at once, the first one's. Blocks until it is durable.
    func noteIfAbsent(_ name: String, _ value: String) throws(Problem) -> String

    // MARK: Transactions

    /// Runs `body` in one transaction and returns once it is durable. What `body` throws undoes all
    /// it did.
    ///
    /// One such transaction runs at a time, of all nodes: what `body` has read of tables that are
    /// written in this way alone stays so until it has ended. It runs on a thread where it may
    /// block, and may run again if the transaction is lost, so it must have no effect outside of
    /// the database. A write that has not begun when the calling task is cancelled is dropped.
    ///
    /// - Parameters:
    ///   - priority: how it takes its turn, where writes wait for one another.
    ///   - caller: whose share of what is scarce it takes.
    /// - Throws: what `body` throws, and what the database says.
    @discardableResult
    func write<R: Sendable>(
        _ priority: WritePriority, for caller: Caller,
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) async throws(Problem) -> R

    /// As ``write(_:for:_:)``, blocking the calling thread and without the statement timeout: for
    /// start-up and the command line. Never to be called on a loop.
    @discardableResult
    func writeAndWait<R: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R

    // MARK: Changes

    /// Says which tables feed the change log, from the next write on. Blocks. To be called again
    /// after a reload.
    ///
    /// - Throws: what the database says, where it must be told.
    func setCaptured(_ tables: [CapturedTable]) throws(Problem)

    /// Hands the changes of every commit to `publish`, in order, once they are durable; whoever has
    /// made them. To be called once, when the captured tables are known. `publish` is called on a
    /// thread of the engine: it should pass them on and return.
    ///
    /// - Parameters:
    ///   - afterReplies: called when those who wrote have been answered as well, and so the one
    ///     time to wake a thread for both.
    ///   - listenedTo: the tables whose changes somebody waits for by now, from any thread. Those
    ///     of others, made before it names them, may be left out.
    func onCommit(
        _ publish: @escaping @Sendable ([Change]) -> Void,
        afterReplies: @escaping @Sendable () -> Void,
        listenedTo: @escaping @Sendable () -> Set<String>)

    /// The number of the newest change that is known to be committed, from any thread: it and those
    /// before it may yet have to come to `publish`. Nil where they have come, as far as is known.
    var newestChange: Int64? { get }

    /// Has changes removed that are older than they are to be kept, a few at a time. Returns at
    /// once. To be called each minute, by every node: the engine lets one at a time do it.
    func trimChanges()

    /// Finishes what is being done and gives the database up. Blocks. Once more, it does nothing.
    ///
    /// - Parameter time: what that may take; what has not ended by then is cut off.
    func close(within time: Duration)
}

extension Database {
    /// As ``reading(for:_:)``, for a task, which waits where the engine must.
    ///
    /// - Throws: what `body` throws, and what the database says.
    public func read<R: Sendable>(
        for caller: Caller = .server,
        _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) async throws(Problem) -> R {
        switch try reading(for: caller, body) {
        case .done(let answer): return answer
        case .mustWait(let read): return try await read.answer()
        }
    }
}

extension Database {
    /// As ``close(within:)``, with time for a few writes.
    public func close() { close(within: .seconds(5)) }
}
