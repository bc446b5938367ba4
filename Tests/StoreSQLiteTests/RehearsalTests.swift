import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

/// Writes that are undone whatever comes of them.
@Suite struct RehearsalTests {
    private func count(_ database: SQLiteDatabase) throws -> Value {
        try database.makeReader().query(SQL("SELECT count(*) FROM a")) {
            rows throws(DatabaseError) in
            _ = try rows.next()
            return rows.value(0)
        }
    }

    private func execute(_ sql: String, _ transaction: SQLiteTransaction) throws(Problem) {
        do throws(DatabaseError) { try transaction.executeScript(sql) } catch {
            throw Problem(error)
        }
    }

    @Test func `a rehearsal answers and leaves nothing, whether it succeeds or fails`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        try database.writeAndWait { transaction throws(Problem) in
            try execute("CREATE TABLE a (x INTEGER PRIMARY KEY) STRICT;", transaction)
        }
        let answer = try database.rehearse { transaction throws(Problem) -> String in
            try execute("INSERT INTO a VALUES (1); CREATE TABLE b (y TEXT);", transaction)
            return "done"
        }
        #expect(answer == "done")
        let problem = #expect(throws: Problem.self) {
            try database.rehearse { transaction throws(Problem) -> Void in
                try execute("INSERT INTO a VALUES (1); INSERT INTO a VALUES (1);", transaction)
            }
        }
        #expect(problem?.code == "23505")
        #expect(try count(database) == .integer(0))
        // Nor is its table there.
        try database.writeAndWait { transaction throws(Problem) in
            try execute("CREATE TABLE b (z TEXT) STRICT;", transaction)
        }
    }
}
