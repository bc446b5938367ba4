import Diagnostics
import Quotas
import Store

/// A store in front of another one, which it hands everything to that it does not do itself.
protocol DatabaseInFront: Database {
    var database: any Database { get }
}

extension DatabaseInFront {
    var dialect: any Dialect { database.dialect }
    var engine: String { database.engine }
    var epoch: String { database.epoch }

    func fact(_ name: String) -> String? { database.fact(name) }

    func note(_ name: String, _ value: String) throws(Problem) { try database.note(name, value) }

    func noteIfAbsent(_ name: String, _ value: String) throws(Problem) -> String {
        try database.noteIfAbsent(name, value)
    }

    func reading<R: Sendable>(
        for caller: Caller, _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R> { try database.reading(for: caller, body) }

    func write<R: Sendable>(
        _ priority: WritePriority, for caller: Caller,
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) async throws(Problem) -> R { try await database.write(priority, for: caller, body) }

    func writeAndWait<R: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R { try database.writeAndWait(body) }

    func setCaptured(_ tables: [CapturedTable]) throws(Problem) {
        try database.setCaptured(tables)
    }

    func onCommit(
        _ publish: @escaping @Sendable ([Change]) -> Void,
        afterReplies: @escaping @Sendable () -> Void,
        listenedTo: @escaping @Sendable () -> Set<String>
    ) { database.onCommit(publish, afterReplies: afterReplies, listenedTo: listenedTo) }

    var newestChange: Int64? { database.newestChange }

    func trimChanges() { database.trimChanges() }

    func close(within time: Duration) { database.close(within: time) }
}
