import Diagnostics
import PostgresTestSupport
import PostgresWire
import Store
import StorePostgres
import TestSupport
import Testing

/// Transactions of threads, as the services of a server run them.
@Suite(.blocking, .needsPostgres) final class TransactionTests {
    private let place: TestDatabase
    private let database: PostgresDatabase

    init() throws {
        place = try PostgresServer.shared.makeDatabase()
        let cluster = ClusterConfiguration(try ConnectionTarget(place.url))
        database = try PostgresDatabase.open(PostgresConfiguration(cluster)) { _ in }
        try place.client().execute(
            """
            CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL CONSTRAINT few CHECK (n < 10));
            CREATE TABLE b (a int REFERENCES a);
            INSERT INTO a VALUES (1, 1)
            """)
    }

    deinit { database.close() }

    /// Statements that violate a constraint, and what whoever runs them is told.
    static let violations: [(sql: String, error: DatabaseError)] = [
        ("INSERT INTO a VALUES (1, 2)", .uniqueIndex("a_pkey")),
        ("INSERT INTO a VALUES (2, NULL)", .notNull(table: "a", column: "n")),
        ("INSERT INTO a VALUES (2, 10)", .check(name: "few")),
        ("INSERT INTO b VALUES (2)", .foreignKey),
    ]

    @Test(arguments: violations)
    func `a violated constraint is told as what it is`(
        violation: (sql: String, error: DatabaseError)
    ) throws {
        let told = Record<DatabaseError>()
        let problem = #expect(throws: Problem.self) {
            try database.writeAndWait { transaction throws(Problem) in
                try worded { () throws(DatabaseError) in
                    do throws(DatabaseError) {
                        _ = try transaction.run(SQL(text: violation.sql))
                    } catch {
                        told.append(error)
                        throw error
                    }
                }
            }
        }
        #expect(told.wait(for: 1) == [violation.error])
        #expect(problem == Problem(violation.error))
        #expect(try place.client().value("SELECT count(*) FROM a") == "1")
    }
}
