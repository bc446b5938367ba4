import Database
import Diagnostics
import Testing

@Suite(.timeLimit(.minutes(1))) struct SlowLaneTests {
    static let endless =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"
    static let long =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 500000) "
        + "SELECT sum(x) FROM n"

    @Test func `an inline read over budget says so and runs on the slow lane`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let reader = try database.makeReader()
        let error = #expect(throws: DatabaseError.self) { try reader.all(Self.long) }
        #expect(error == .overBudget)
        let rows = try await database.readSlowly { reader throws(Problem) in
            do throws(DatabaseError) { return try reader.all(Self.long) } catch {
                throw Problem(error)
            }
        }
        #expect(rows == [[.integer(125_000_250_000)]])
    }

    @Test func `the slow lane has a statement timeout`() async throws {
        var configuration = DatabaseConfiguration.memory
        configuration.statementTimeout = .milliseconds(50)
        let database = try makeItems(configuration)
        defer { database.close() }
        let problem = await #expect(throws: Problem.self) {
            try await database.readSlowly { reader throws(Problem) in
                do throws(DatabaseError) { _ = try reader.all(Self.endless) } catch {
                    throw Problem(error)
                }
            }
        }
        #expect(problem?.code == "57014")
    }

    @Test func `a query's own timeout holds on a loop's reader`() throws {
        let database = try makeItems()
        defer { database.close() }
        let error = #expect(throws: DatabaseError.self) {
            try database.makeReader().query(SQL(Self.endless), budget: .timeout(.milliseconds(20)))
            {
                rows throws(DatabaseError) in
                _ = try rows.next()
            }
        }
        #expect(error == .timeout)
    }

    @Test func `more reads than the lane holds are refused, the rest are answered`() async throws {
        var configuration = DatabaseConfiguration.memory
        configuration.statementTimeout = .milliseconds(20)
        let database = try makeItems(configuration)
        defer { database.close() }
        let codes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<(DatabaseLimits.waitingSlowReadsMax + 50) {
                group.addTask {
                    do throws(Problem) {
                        try await database.readSlowly { reader throws(Problem) in
                            do throws(DatabaseError) {
                                _ = try reader.all(Self.endless)
                            } catch {
                                throw Problem(error)
                            }
                        }
                        return ""
                    } catch {
                        return error.code
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(codes.keys.allSatisfy { $0 == "57014" || $0 == "53400" })
    }

    @Test func `after close slow reads are refused`() async throws {
        let database = try makeItems()
        database.close()
        let problem = await #expect(throws: Problem.self) {
            try await database.readSlowly { _ throws(Problem) in }
        }
        #expect(problem?.code == "57P03")
    }
}
