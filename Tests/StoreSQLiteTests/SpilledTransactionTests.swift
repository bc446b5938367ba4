import Diagnostics
import Foundation
import Quotas
import TestSupport
import Testing
import Values

@testable import Store
@testable import StoreSQLite

/// Transactions whose pages do not fit the cache: SQLite puts them into its log before the COMMIT.
@Suite(.timeLimit(.minutes(10))) struct SpilledTransactionTests {
    /// A database whose writer has the smallest cache, 8 MiB.
    private static func make(in directory: TemporaryDirectory) throws -> SQLiteDatabase {
        var configuration = DatabaseConfiguration.file(directory.file("apus.db"))
        configuration.pageCacheBytesMax = 1_048_576
        configuration.statementTimeout = .seconds(60)
        return try makeItems(configuration)
    }

    /// Queues a write of the server's.
    private static func submit(
        to database: SQLiteDatabase, _ ended: AsyncStream<Problem?>.Continuation,
        _ work: @escaping @Sendable (SQLiteTransaction) throws(Problem) -> Void
    ) {
        database.submit(
            WriteJob(
                perform: { transaction in
                    do throws(Problem) {
                        try work(transaction)
                        return .kept { ended.yield(nil) }
                    } catch {
                        return .undone { ended.yield(error) }
                    }
                }, fail: { ended.yield($0) }, isBounded: true, withdrawal: nil, caller: .server))
    }

    /// Puts 16 MiB into the log, and takes most of them back.
    private static func fillAndClear(_ transaction: SQLiteTransaction) throws(Problem) {
        try transaction.exec(
            """
            WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 4000)
            INSERT INTO items(id, name, data) SELECT x + 10, x, hex(zeroblob(2000)) FROM n
            """)
        try transaction.exec("DELETE FROM items WHERE id > 10")
    }

    /// What a process that begins with the files as they are finds, as after a kill.
    private static func namesAfterKill(_ directory: TemporaryDirectory) throws -> [[Value]] {
        let copy = try TemporaryDirectory()
        for name in ["apus.db", "apus.db-wal"] {
            try FileManager.default.copyItem(
                atPath: directory.file(name), toPath: copy.file(name))
        }
        return try withExtendedLifetime(copy) {
            let database = try SQLiteDatabase.open(.file(copy.file("apus.db")))
            defer { database.close() }
            return try database.makeReader().all(
                "SELECT name FROM items ORDER BY name")
        }
    }

    /// SQLite before 3.50 writes frames with wrong checksums where pages of a transaction that are
    /// in the log already are undone to a savepoint: after a crash the log ends there.
    @Test func `what shares a commit with a large write that is undone survives a kill`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let database = try Self.make(in: directory)
        defer { database.close() }
        let (gate, ended) = (Gate(), AsyncStream<Problem?>.makeStream())
        let insert: @Sendable (String, SQLiteTransaction) throws(Problem) -> Void = {
            name, transaction throws(Problem) in
            try transaction.exec("INSERT INTO items(id, name) VALUES (NULL, ?7)", .text(name))
        }
        let refusal = Problem(code: "P0001", status: 400, message: "no")
        Self.submit(to: database, ended.continuation) { _ throws(Problem) in gate.pass() }
        Self.submit(to: database, ended.continuation) { transaction throws(Problem) in
            try insert("a", transaction)
        }
        Self.submit(to: database, ended.continuation) { transaction throws(Problem) in
            try Self.fillAndClear(transaction)
            throw refusal
        }
        gate.open()
        var problems: [Problem?] = []
        for await problem in ended.stream.prefix(3) { problems.append(problem) }
        #expect(problems.compactMap(\.self) == [refusal])
        try database.writeAndWait { transaction throws(Problem) in try insert("b", transaction) }
        #expect(try Self.namesAfterKill(directory) == [["a"], ["b"]])
    }
}
