import HTTP
import PostgresTestSupport
import Testing
import Values

@testable import REST

/// Rows that a database leaves out without an error, as one may that was made before such clauses
/// were refused: what was not written is not answered as written.
@Suite(.fewAtOnce) struct UnwrittenRowTests {
    /// What is done in place of a row.
    static let deeds = ["", "INSERT INTO seen (n) VALUES (new.n);"]

    /// Statements after which rows are left out that an INSERT or UPDATE writes.
    ///
    /// - Parameters:
    ///   - condition: which rows are.
    ///   - deed: what is done in their place.
    private static func clause(
        _ event: String, when condition: String, _ deed: String = ""
    ) -> [String] {
        guard TestEngine.isPostgres else {
            return [
                """
                CREATE TRIGGER leave_out BEFORE \(event) ON t WHEN \(condition) BEGIN
                  \(deed) SELECT RAISE(IGNORE);
                END
                """
            ]
        }
        return [
            """
            CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN \(deed) RETURN NULL; END $$
            """,
            """
            CREATE TRIGGER leave_out BEFORE \(event) ON t FOR EACH ROW WHEN (\(condition))
            EXECUTE FUNCTION leave_out()
            """,
        ]
    }

    private static func library(_ clause: [String]) throws -> Library {
        let model = """
            {"properties": {"id": {"type": "integer", "identity": true},
              "n": {"type": "integer"}}, "access": {"all": true}}
            """
        let library = try Library(
            models: ["t": model, "seen": model],
            data: ["INSERT INTO t VALUES (1, 1)", "INSERT INTO seen VALUES (8, 8)"])
        for statement in clause { try library.run(statement) }
        return library
    }

    @Test(arguments: deeds)
    func `an insert that was left out answers no row`(deed: String) async throws {
        let library = try Self.library(Self.clause("INSERT", when: "new.n = 2", deed))
        let prefer = [("prefer", "return=representation,count=exact")]
        // Something for "the last row inserted" to be.
        #expect(await library.send(.post, "/t", prefer, body: #"{"n": 3}"#).status == 201)
        let left = await library.send(.post, "/t", prefer, body: #"{"n": 2}"#)
        #expect(left.status == 201 && left.text == "[]", "\(left.text)")
        #expect(left.field("Content-Range") == "*/0")
        let some = await library.send(
            .post, "/t?select=n", prefer, body: #"[{"n": 4}, {"n": 2}, {"n": 5}]"#)
        #expect(some.text == #"[{"n":4},{"n":5}]"#)
        let located = await library.send(
            .post, "/t", [("prefer", "return=headers-only")], body: #"{"n": 2}"#)
        #expect(located.field("Location") == nil)
        #expect(
            try library.values("SELECT n FROM t ORDER BY id") == [1, 3, 4, 5].map(Value.integer))
    }

    @Test func `an upsert that was left out answers no row`() async throws {
        let library = try Self.library(Self.clause("UPDATE", when: "new.n = 9"))
        let prefer = [("prefer", "return=representation,resolution=merge-duplicates")]
        let merged = await library.send(.post, "/t", prefer, body: #"{"id": 1, "n": 9}"#)
        #expect(merged.status == 200 && merged.text == "[]", "\(merged.text)")
        #expect(try library.values("SELECT n FROM t") == [.integer(1)])
    }
}
