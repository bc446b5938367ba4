import Diagnostics
import Glibc
import TestSupport
import Testing
import Values

@testable import Store
@testable import StoreSQLite

/// Holds a thread until it is opened.
@Suite(.timeLimit(.minutes(10))) struct WriterTests {
    /// Submits writes while the writer is held up by a first one, so that they share a batch.
    private func batch(
        _ database: SQLiteDatabase, count: Int,
        _ body: @escaping @Sendable (Int, SQLiteTransaction) throws(Problem) -> Void
    ) async -> [Problem?] {
        let gate = Gate()
        return await withTaskGroup(of: (Int, Problem?).self) { group in
            group.addTask {
                _ = try? await database.write { _ throws(Problem) in gate.pass() }
                return (-1, nil)
            }
            for index in 0..<count {
                group.addTask {
                    do throws(Problem) {
                        try await database.write { transaction throws(Problem) in
                            try body(index, transaction)
                        }
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            gate.open()
            var problems = [Problem?](repeating: nil, count: count)
            for await (index, problem) in group where index >= 0 { problems[index] = problem }
            return problems
        }
    }

    @Test func `a failing write rolls back alone`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let problems = await batch(database, count: 60) { index, transaction throws(Problem) in
            try transaction.exec(
                "INSERT INTO items(id, name) VALUES (?7, ?8)",
                .integer(Int64(index)), .text("n\(index)"))
            if index % 3 == 0 {
                throw Problem(code: "P0001", status: 400, message: "no \(index)")
            }
            if index % 3 == 1 {
                try transaction.exec("INSERT INTO items(id, name) VALUES (NULL, NULL)")
            }
        }
        for (index, problem) in problems.enumerated() {
            #expect(problem?.code == ["P0001", "23502", nil][index % 3])
        }
        let ids = try database.makeReader().all("SELECT id FROM items ORDER BY id")
        let expected = stride(from: 2, to: 60, by: 3).map { Value.integer(Int64($0)) }
        #expect(ids.map { $0[0] } == expected)
    }

    @Test func `a deferred foreign key fails its own write only`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let problems = await batch(database, count: 20) { index, transaction throws(Problem) in
            do throws(DatabaseError) {
                if index % 2 == 0 { try transaction.deferForeignKeys() }
                try transaction.run(
                    text: "INSERT INTO parts(id, item) VALUES (?7, ?8)",
                    arguments: [.integer(Int64(index)), .integer(index % 4 == 0 ? 1 : 99)])
                if index % 4 == 2 {
                    let violations = try transaction.foreignKeyViolations(in: "parts")
                    #expect(violations.map(\.parent) == ["items"])
                }
                if index % 4 == 0 {
                    try transaction.run(
                        SQL("INSERT OR IGNORE INTO items(id, name) VALUES (1, 'a')"))
                }
            } catch {
                throw Problem(error)
            }
        }
        for (index, problem) in problems.enumerated() {
            #expect(problem?.code == (index % 4 == 0 ? nil : "23503"))
        }
        #expect(
            try database.makeReader().all("SELECT count(*) FROM parts") == [[.integer(5)]])
    }

    @Test func `a write over its time is stopped and the others are done`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .milliseconds(200)
        let database = try makeItems(configuration)
        defer { database.close() }
        let problems = await batch(database, count: 9) { index, transaction throws(Problem) in
            try transaction.exec(
                "INSERT INTO items(id, name) VALUES (?7, ?8)",
                .integer(Int64(index)), .text("n\(index)"))
            if index == 4 {
                try transaction.exec(
                    "WITH RECURSIVE n(x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM n) "
                        + "INSERT INTO parts(id) SELECT x FROM n")
            }
        }
        for (index, problem) in problems.enumerated() {
            #expect(problem?.code == (index == 4 ? "57014" : nil))
        }
        let ids = try database.makeReader().all("SELECT id FROM items ORDER BY id")
        let expected: [Int64] = [0, 1, 2, 3, 5, 6, 7, 8]
        #expect(ids.map { $0[0] } == expected.map(Value.integer))
    }

    @Test func `a write that goes on after losing the transaction keeps nothing`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .milliseconds(50)
        configuration.pagesMax = 40
        let database = try makeItems(configuration)
        defer { database.close() }
        let problem = #expect(throws: Problem.self) {
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.exec("INSERT INTO items(name) VALUES ('before')")
                for size in [1_000_000, 10] {
                    _ = try? transaction.run(
                        text: "INSERT INTO items(name, data) VALUES (?7, hex(zeroblob(?8)))",
                        arguments: [.text("n\(size)"), .integer(Int64(size))])
                }
                throw Problem(code: "P0001", status: 400, message: "stop")
            }
        }
        #expect(problem != nil)
        #expect(try database.makeReader().all("SELECT count(*) FROM items") == [[.integer(0)]])
        try database.writeAndWait { transaction throws(Problem) in
            _ = try transaction.exec("INSERT INTO items(name) VALUES ('after')")
        }
    }

    @Test func `a full file refuses what does not fit and lives on`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.pagesMax = 60
        let database = try makeItems(configuration)
        defer { database.close() }
        let problems = await batch(database, count: 12) { index, transaction throws(Problem) in
            let size: Int64 = index % 4 == 3 ? 500_000 : 100
            try transaction.exec(
                "INSERT INTO items(name, data) VALUES (?7, hex(zeroblob(?8)))",
                .text("n\(index)"), .integer(size))
        }
        for (index, problem) in problems.enumerated() {
            #expect(problem?.code == (index % 4 == 3 ? "53100" : nil))
            #expect(problem?.status == (index % 4 == 3 ? 503 : nil))
        }
        #expect(try database.makeReader().all("SELECT count(*) FROM items") == [[.integer(9)]])
        #expect(try database.makeReader().all("PRAGMA integrity_check") == [["ok"]])
    }

    @Test func `many tasks write at once and every answer is true`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let rowIDs = try await withThrowingTaskGroup(of: Int64.self) { group in
            for index in 0..<1000 {
                group.addTask {
                    try await database.write { transaction throws(Problem) in
                        try transaction.exec(insertItem, .text("n\(index)"), .null, .null, .null)
                        return transaction.lastInsertRowID
                    }
                }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(rowIDs.count == 1000)
        #expect(try database.makeReader().all("SELECT count(*) FROM items") == [[.integer(1000)]])
    }

    @Test func `close finishes waiting writes and refuses later ones`() async throws {
        let database = try makeItems()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    do throws(Problem) {
                        try await database.write { transaction throws(Problem) in
                            try transaction.exec(
                                insertItem, .text("n\(index)"), .null, .null, .null)
                        }
                    } catch {
                        #expect(error.code == "57P03")
                    }
                }
            }
            group.addTask { database.close() }
        }
        database.close()
        let problem = await #expect(throws: Problem.self) {
            try await database.write { _ throws(Problem) in }
        }
        #expect(problem?.code == "57P03")
        #expect(throws: DatabaseError.self) { try database.makeReader() }
    }

    @Test func `too many waiting writes are refused at once`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let problems = await batch(database, count: DatabaseConfiguration.temporary.waitingWritesMax + 100) {
            _, _ throws(Problem) in
        }
        // The gate of `batch` opens when all tasks are made, so some may slip through before.
        #expect(problems.allSatisfy { $0 == nil || $0?.code == "53400" && $0?.status == 503 })
    }

    @Test func `writes that have not begun some time after close are refused`() async throws {
        var configuration = DatabaseConfiguration.temporary
        // All of them at their time-outs would take longer than a busy machine takes to close.
        configuration.statementTimeout = .seconds(1)
        let database = try makeItems(configuration)
        let codes = await withTaskGroup(of: String?.self) { group in
            let (running, begin) = AsyncStream<Void>.makeStream()
            for _ in 0..<100 {
                group.addTask {
                    do throws(Problem) {
                        try await database.write { transaction throws(Problem) in
                            begin.yield()
                            try transaction.exec(SlowLaneTests.endless)
                        }
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            for await _ in running.prefix(1) {}
            database.close(within: .zero)
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(Set(codes.keys) == ["57014", "57P03"])
    }

    @Test(arguments: ["", "-wal"], [false, true])
    func `a file that is gone takes no writes and is still read`(
        suffix: String, isReplaced: Bool
    ) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        let database = try makeItems(.file(path))
        defer { database.close() }
        let insert: @Sendable (SQLiteTransaction) throws(Problem) -> Void = {
            transaction throws(Problem) in
            try transaction.exec("INSERT INTO items(name) VALUES (hex(randomblob(8)))")
        }
        try database.writeAndWait(insert)
        let reader = try database.makeReader()
        #expect(unsafe rename(path + suffix, path + ".away") == 0)
        if isReplaced { try directory.write([], to: "apus.db" + suffix) }
        let problem = #expect(throws: Problem.self) { try database.writeAndWait(insert) }
        #expect(problem?.code == "58P01")
        #expect(problem?.status == 503)
        #expect(problem?.message.contains(directory.path) == false)
        #expect(try reader.all("SELECT count(*) FROM items") == [[.integer(1)]])
        // What was written in between may be in either file: it stays so until the restart.
        #expect(unsafe rename(path + ".away", path + suffix) == 0)
        #expect(throws: Problem.self) { try database.writeAndWait(insert) }
    }

    @Test func `a log that was removed goes into the database at the close`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        var database = try makeItems(.file(path))
        let insert: @Sendable (SQLiteTransaction) throws(Problem) -> Void = {
            transaction throws(Problem) in
            try transaction.exec("INSERT INTO items(name) VALUES ('kept')")
        }
        try database.writeAndWait(insert)
        #expect(unsafe unlink(path + "-wal") == 0)
        #expect(throws: Problem.self) { try database.writeAndWait(insert) }
        database.close()
        database = try SQLiteDatabase.open(.file(path))
        defer { database.close() }
        let names = try database.makeReader().all("SELECT name FROM items")
        #expect(names == [[.text("kept")]])
    }
}
