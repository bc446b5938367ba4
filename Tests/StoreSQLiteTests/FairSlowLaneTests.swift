import Diagnostics
import Quotas
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// How the threads of the slow lane are shared out between callers.
@Suite(.timeLimit(.minutes(10))) struct FairSlowLaneTests {
    private let greedy = Caller.user("greedy")
    private let modest = Caller.user("modest")

    /// Reads on the slow lane for a while; what withdraws it.
    private func read(
        _ text: String, on database: SQLiteDatabase, for caller: Caller,
        _ ended: Record<String>, _ name: String, begun: Record<String>? = nil
    ) -> @Sendable () -> Void {
        database.slowLane.pending(for: caller) { reader throws(Problem) in
            begun?.append(name)
            return try worded { () throws(DatabaseError) in try reader.all(text) }
        }.start { result in
            switch result {
            case .success: ended.append(name)
            case .failure(let problem): ended.append("\(name) \(problem.code)")
            }
        }
    }

    private static let short =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 50000) "
        + "SELECT sum(x) FROM n"

    @Test func `one slow read does not wait for all of another caller's`() throws {
        let database = try makeItems()
        defer { database.close() }
        let ended = Record<String>()
        for _ in 0..<40 { _ = read(Self.short, on: database, for: greedy, ended, "greedy") }
        _ = read(Self.short, on: database, for: modest, ended, "modest")
        let order = ended.wait(for: 41)
        let place = try #require(order.firstIndex(of: "modest"))
        #expect(place < 8, "\(place) reads were answered before it")
    }

    @Test func `one caller cannot take all the places`() throws {
        let database = try makeItems()
        defer { database.close() }
        let ended = Record<String>()
        for _ in 0..<400 { _ = read(Self.short, on: database, for: greedy, ended, "greedy") }
        _ = read(Self.short, on: database, for: modest, ended, "modest")
        let answers = Set(ended.wait(for: 401))
        #expect(answers == ["greedy", "greedy 53400", "modest"])
    }

    @Test func `one caller never has all the threads`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        let database = try makeItems(configuration)
        defer { database.close() }
        let ended = Record<String>()
        let withdrawals = (0..<20).map { _ in
            read(SlowLaneTests.endless, on: database, for: greedy, ended, "greedy")
        }
        _ = read(Self.short, on: database, for: modest, ended, "modest")
        #expect(ended.wait(for: 1).first == "modest")
        for withdraw in withdrawals { withdraw() }
    }

    /// A database whose reads may take for ever, and whether they do that is soon found out.
    private func makePatient() throws -> (SQLiteDatabase, DatabaseConfiguration) {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        configuration.firstSlice = .milliseconds(250)
        return (try makeItems(configuration), configuration)
    }

    @Test(arguments: [2, 20])
    func `a short read is answered while so many callers have reads without end`(
        callers: Int
    ) throws {
        let (database, configuration) = try makePatient()
        defer { database.close() }
        let (ended, begun) = (Record<String>(), Record<String>())
        for caller in 0..<(2 * callers) {
            _ = read(
                SlowLaneTests.endless, on: database, for: .user("\(caller % callers)"), ended,
                "greedy", begun: begun)
        }
        begun.wait(for: configuration.slowReadThreads + 1)
        for _ in 0..<3 {
            _ = read(Self.short, on: database, for: modest, ended, "modest")
        }
        #expect(ended.wait(for: 3) == ["modest", "modest", "modest"])
    }
}
