import Diagnostics
import Testing
import Values

@testable import Store
@testable import StoreSQLite

@Suite(.timeLimit(.minutes(10))) struct SlowLaneTests {
    static let endless =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"
    static let long =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 500000) "
        + "SELECT sum(x) FROM n"

    @Test func `an inline read over budget says so and runs on the slow lane`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.inlineTime = .milliseconds(5)
        let database = try makeItems(configuration)
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
        var configuration = DatabaseConfiguration.temporary
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
            try database.makeReader().query(SQL(text: Self.endless), budget: .timeout(.milliseconds(20)))
            {
                rows throws(DatabaseError) in
                _ = try rows.next()
            }
        }
        #expect(error == .timeout)
    }

    @Test func `more reads than the lane holds are refused, the rest are answered`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .milliseconds(20)
        let database = try makeItems(configuration)
        defer { database.close() }
        let codes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<(configuration.waitingSlowReadsMax + 50) {
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

    @Test func `close ends running reads and refuses waiting ones`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        let database = try makeItems(configuration)
        let codes = await withTaskGroup(of: String?.self) { group in
            let (running, begin) = AsyncStream<Void>.makeStream()
            for _ in 0..<20 {
                group.addTask {
                    do throws(Problem) {
                        try await database.readSlowly { reader throws(Problem) in
                            begin.yield()
                            do throws(DatabaseError) { _ = try reader.all(Self.endless) } catch {
                                throw Problem(error)
                            }
                        }
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            for await _ in running.prefix(1) {}
            database.close()
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(codes.values.reduce(0, +) == 20)
        #expect(codes["57014"] ?? 0 > 0)
        #expect(Set(codes.keys) == ["57014", "57P03"])
    }

    @Test func `the work of a function counts against the budget`() throws {
        let database = try makeItems()
        defer { database.close() }
        let reader = try database.makeReader()
        let text = String(repeating: "a", count: 1_000_000)
        let pattern = "%_" + String(repeating: "a", count: 20_000) + "b%"
        let query = "SELECT apus_like(?7, ?8)"
        // 20,000,000,000 steps within one instruction: a minute, if nobody counted.
        let error = #expect(throws: DatabaseError.self) {
            try reader.all(query, .text(text), .text(pattern))
        }
        #expect(error == .overBudget)
        #expect(try reader.all(query, .text("ab"), .text("%b")) == [[.integer(1)]])
        let problem = #expect(throws: Problem.self) {
            try LikePattern(pattern, ignoresCase: false).matches(text)
        }
        #expect(problem?.code == "54001")
    }

    @Test func `the bytes of an answer count against the budget`() throws {
        let database = try makeItems()
        defer { database.close() }
        let reader = try database.makeReader()
        let layout = RowLayout([("text", .text)])
        let encode = { (rows: Int64) throws(DatabaseError) -> Int in
            try reader.query(
                text: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT ?7) "
                    + "SELECT hex(zeroblob(500000)) FROM n", arguments: [.integer(rows)]
            ) { (rows) throws(DatabaseError) in
                var body: [UInt8] = []
                while try rows.next() { layout.appendObject(rows, to: &body) }
                return body.count
            }
        }
        #expect(try encode(2) > 2_000_000)
        // A hundred megabytes of a few hundred instructions.
        let error = #expect(throws: DatabaseError.self) { try encode(100) }
        #expect(error == .overBudget)
        #expect(try encode(1) > 1_000_000)
    }
}
