import Diagnostics
import Quotas
import Store
import StoreTestSupport
import Values

@testable import StoreSQLite

/// A database with the two tables.
struct SQLiteStage {
    let database: SQLiteDatabase

    init() throws {
        database = try SQLiteDatabase.open(.temporary)
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.script(
                """
                CREATE TABLE members (name TEXT NOT NULL PRIMARY KEY) STRICT;
                CREATE TABLE notes (id INTEGER PRIMARY KEY, slug TEXT UNIQUE,
                    n INTEGER NOT NULL CONSTRAINT small CHECK (n < 100),
                    owner TEXT REFERENCES members(name), UNIQUE (n, owner)) STRICT;
                INSERT INTO members VALUES ('ann'), ('bob');
                INSERT INTO notes VALUES (1, 'a', 10, 'ann'), (2, 'b', 20, 'bob');
                """)
        }
    }

    func run(_ program: InsertProgram, _ rows: NewRows) async -> WriteOutcome {
        await database.run(program, rows)
    }

    func run(_ program: UpdateProgram, _ values: NewValues) async throws -> WriteOutcome {
        try await database.run(program, values, find: find)
    }

    func run(_ program: DeleteProgram) async throws -> WriteOutcome {
        try await database.run(program, find: find)
    }

    private func find(_ search: BoundSQL) throws -> FoundRows? {
        let reader = try database.makeReader()
        guard case .done(let found) = try reader.find(search, Operands(), .none, for: .server) else {
            return nil
        }
        return found
    }

    /// All notes: `1|a|10|ann 2|b|20|bob`.
    func contents() throws -> String {
        lines(try database.makeReader().all("SELECT * FROM notes ORDER BY id"))
    }
}
