import Diagnostics
import Glibc
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

/// What is written down of identity sequences runs ahead of the numbers given.
@Suite(.timeLimit(.minutes(10))) struct SequenceBlockTests {
    private func open() throws -> SQLiteDatabase {
        let database = try SQLiteDatabase.open(.temporary)
        try database.script(SequenceTests.table)
        return database
    }

    /// What a reader finds written down about the only sequence.
    private func writtenDown(_ database: SQLiteDatabase) throws -> [Value] {
        try database.makeReader().all("SELECT last FROM _apus_sequences").map { $0[0] }
    }

    @Test func `numbers are written down ahead, a block at a time`() throws {
        let database = try open()
        defer { database.close() }
        try database.look()
        #expect(try writtenDown(database) == [.integer(0)], "none is given yet")
        var seen: [Value] = []
        for number in 1...70 {
            #expect(try database.insertNumbered() == Int64(number))
            let last = try writtenDown(database)
            if seen.last != last.first { seen += last }
        }
        #expect(seen == [.integer(33), .integer(66), .integer(99)])
    }

    @Test func `the greatest number is the last that is written down`() throws {
        let database = try open()
        defer { database.close() }
        let few = IdentitySequence(table: "t", column: "id", maximum: 3)
        for number in 1...3 {
            let given = try database.writeAndWait { transaction throws(Problem) in
                do throws(DatabaseError) {
                    let numbers = try transaction.upcomingNumbers(1, of: few)
                    transaction.use(numbers, of: few)
                    return numbers.lowerBound
                } catch {
                    throw Problem(error)
                }
            }
            #expect(given == number)
            #expect(try writtenDown(database) == [.integer(3)])
        }
    }

    @Test func `a file closed and opened anew has no gap, one that was killed a block at most`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        var next: Int64 = 1
        for round in 0..<6 {
            await #expect(processExitsWith: round % 2 == 0 ? .success : .signal(SIGKILL)) {
                [path = path as String, round = round as Int] in
                let database = try SQLiteDatabase.open(.file(path))
                if round == 0 { try database.script(SequenceTests.table) }
                for _ in 0..<5 { _ = try database.insertNumbered() }
                if round % 2 == 1 { kill(getpid(), SIGKILL) }
                database.close()
            }
            let database = try SQLiteDatabase.open(.file(path))
            let number = try database.insertNumbered()
            let gap = number - (next + 5)
            #expect(round % 2 == 0 ? gap == 0 : (0...32).contains(gap))
            next = number + 1
            database.close()
        }
    }

    @Test func `a transaction that is lost has used its numbers up, and no more`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .milliseconds(50)
        let database = try SQLiteDatabase.open(configuration)
        defer { database.close() }
        try database.script(SequenceTests.table)
        #expect(try database.insertNumbered() == 1)
        await #expect(throws: Problem.self) {
            try await database.write { transaction throws(Problem) in
                _ = try transaction.insertNumbered()
                // An interrupt takes the whole transaction along (lang_transaction.html §3.2).
                try transaction.exec(
                    "WITH RECURSIVE c(x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM c) "
                        + "INSERT INTO t(id) SELECT x FROM c")
            }
        }
        #expect(try database.insertNumbered() == 3)
    }
}
