import Diagnostics
import Quotas
import Store
import Testing
import Values

@testable import StoreSQLite

/// The store as rooms above know it that write statements of their own.
@Suite(.timeLimit(.minutes(10))) struct TransactionTests {
    private static let pairs = TableDefinition(
        "pairs",
        [
            .init("a", DeclaredType(.integer), isNullable: false, checkName: "a_check"),
            .init("b", DeclaredType(.text), isNullable: true, checkName: "b_check"),
        ], primaryKey: Table.Key("pairs_pkey", [0]),
        indexes: [.init("pairs_b", on: [.init(1)], isUnique: true)])

    private func open() throws -> any Database {
        let database: any Database = try SQLiteDatabase.open(.temporary)
        try database.writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                try transaction.create(Self.pairs)
                try transaction.run("INSERT INTO pairs VALUES (1, \("x")), (2, NULL)")
            }
        }
        return database
    }

    private static func all(_ source: any RowSource) throws(Problem) -> [[Value]] {
        try worded { () throws(DatabaseError) in
            try source.rows("SELECT a, b FROM pairs ORDER BY a", as: [.integer, .text])
        }
    }

    @Test func `a transaction sees its own changes and counts them`() async throws {
        let database = try open()
        defer { database.close() }
        let found = try await database.write(.first, for: .server) { transaction throws(Problem) in
            let count = try worded { () throws(DatabaseError) in
                try transaction.run("UPDATE pairs SET a = a + \(Int64(10))")
            }
            return (count, try Self.all(transaction))
        }
        #expect(found.0 == 2)
        #expect(found.1 == [[.integer(11), .text("x")], [.integer(12), .null]])
        #expect(try await database.read(Self.all) == found.1)
    }

    @Test func `a value that is there already is told apart`() async throws {
        let database = try open()
        defer { database.close() }
        for (statement, column) in [
            ("INSERT INTO pairs VALUES (1, 'y')" as SQL, "a"),
            ("INSERT INTO pairs VALUES (3, 'x')", "b"),
        ] {
            let error = try await database.write(.first, for: .server) { transaction in
                do throws(DatabaseError) {
                    try transaction.run(statement)
                    return nil as DatabaseError?
                } catch {
                    return error
                }
            }
            #expect(error == .unique(table: "pairs", columns: [column]))
        }
    }

    @Test func `a table that is there is left as it is`() async throws {
        let database = try open()
        defer { database.close() }
        let other = TableDefinition(
            "pairs", [.init("c", DeclaredType(.text), isNullable: false, checkName: "c")],
            primaryKey: Table.Key("c_pkey", [0]), indexes: [.init("pairs_c", on: [.init(0)])])
        try await database.write(.first, for: .server) { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in try transaction.create(other) }
        }
        #expect(try await database.read(Self.all).count == 2)
    }

    @Test func `look-ups of one body see one state, answered at once`() throws {
        let database = try open()
        defer { database.close() }
        let reading = try database.reading { source throws(Problem) in
            let before = try Self.all(source)
            try database.writeAndWait { transaction throws(Problem) in
                try worded { () throws(DatabaseError) in
                    _ = try transaction.run("DELETE FROM pairs")
                }
            }
            return [before, try Self.all(source)]
        }
        guard case .done(let found) = reading else {
            Issue.record("it waits")
            return
        }
        #expect(found[0].count == 2)
        #expect(found[0] == found[1])
    }

    @Test func `a closed database answers no look-up`() throws {
        let database = try open()
        _ = try database.reading(Self.all)
        database.close()
        #expect(throws: Problem.self) { try database.reading(Self.all) }
    }
}
