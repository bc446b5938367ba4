import Diagnostics
import PostgresTestSupport
import PostgresWire
import Quotas
import Store
import StoreTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// What is told of a write that the server refuses in its own words.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(10))) struct WriteErrorTests {
    private static let row = NewRows([InsertCases.row(3, "c", 1)])

    /// The problem that an insert fails with.
    private func failure(
        _ stage: PostgresStage, _ program: InsertProgram = InsertCases.insert(),
        _ rows: NewRows = row
    ) async -> Problem? {
        let outcome = await stage.writes.run(program, rows)
        guard case .failure(.failed(let problem)) = outcome else {
            Issue.record("\(outcome)")
            return nil
        }
        return problem
    }

    /// Since 18 the server has a code of its own for RESTRICT.
    @Test(arguments: ["NO ACTION", "RESTRICT"])
    func `a row that is referred to is held, however the reference says so`(
        action: String
    ) async throws {
        let stage = try PostgresStage()
        try stage.client().execute(
            """
            ALTER TABLE notes DROP CONSTRAINT notes_owner_fkey;
            ALTER TABLE notes ADD CONSTRAINT notes_owner_fkey FOREIGN KEY (owner)
                REFERENCES members ON DELETE \(action);
            """)
        let outcome = try await stage.writes.run(
            DeleteProgram(of: WriteTarget(ProgramStage.members, as: "t")))
        #expect(
            summary(outcome)
                == "stillReferenced notes_owner_fkey notes [Values.Value.text(\"ann\")]")
    }

    @Test func `a number that has no room is told in our words`() async throws {
        let stage = try PostgresStage()
        let isSmall: ValueExpression = .comparison(
            .less, .call(.absolute, [ProgramStage.column(2, Alias.new)]),
            .constant(.integer(5), .integer))
        let smallest = NewRows([InsertCases.row(3, "c", .min)])
        let problem = await failure(stage, InsertCases.insert(checks: [isSmall]), smallest)
        #expect(problem?.code == "22003" && problem?.status == 400)
        #expect(problem?.message == "bigint out of range")
    }

    /// Messages quote values, here of a row that nobody asked for.
    @Test(arguments: [
        "slug::int8", "slug::uuid", "slug::timestamptz", "slug::jsonb::text::int8",
        "decode(slug, 'hex')::text::int8",
    ])
    func `what the server quotes of rows is for the log`(expression: String) async throws {
        let stage = try PostgresStage()
        try stage.client().execute(
            """
            UPDATE notes SET slug = 'hidden' WHERE id = 1;
            CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM \(expression) FROM notes WHERE id = 1; RETURN NEW; END $$;
            CREATE TRIGGER quote BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION quote();
            """)
        let problem = await failure(stage)
        #expect(problem?.code == "XX000" && problem?.status == 500)
        #expect(problem?.message == "The database reported an internal error.")
        #expect(problem?.details == nil && problem?.hint == nil)
        #expect(problem?.cause?.hasPrefix("PostgreSQL 22") == true)
        #expect(try stage.contents() == "1|hidden|10|ann 2|b|20|bob")
    }

    /// What is written before a column's type is known to be another one stays.
    @Test(arguments: ["text", "numeric"])
    func `a write whose answer cannot be read says that it was made`(type: String) async throws {
        let stage = try PostgresStage()
        let prepared = stage.writes.prepare(
            TargetCases.update(
                TargetCases.ofAnn, returning: Returning(ProgramStage.representation())))
        func write(_ number: Int64) async -> WriteOutcome {
            await outcome {
                prepared.run(
                    TargetCases.values(2, .integer(number)), on: nil, Operands(), .none,
                    for: .server, reply: $0)
            }
        }
        #expect(summary(await write(4)) == #"1 written, 0 new [{"id":1,"n":4}]"#)
        try stage.client().execute(
            "ALTER TABLE notes DROP CONSTRAINT small, ALTER COLUMN n TYPE \(type)")
        // Some are as wide as numbers are.
        for number: Int64 in [7, 77, 1234, 12_345_678] {
            guard case .failure(.failed(let problem)) = await write(number) else {
                Issue.record("\(number) of \(type) was read")
                continue
            }
            #expect(problem.code == "XX000" && problem.status == 500)
            #expect(problem.message == "The write was made, but its answer cannot be read.")
            #expect(problem.cause == "\"n\" is not int8 but \(type)")
            #expect(try stage.contents() == "1|a|\(number)|ann 2|b|20|bob")
        }
        try stage.client().execute("ALTER TABLE notes ALTER COLUMN n TYPE int4 USING n::int4")
        #expect(summary(await write(5)) == #"1 written, 0 new [{"id":1,"n":5}]"#)
    }

    /// Nothing of a page's size can be a key.
    @Test func `a key that no index holds is too large`() async throws {
        let stage = try PostgresStage()
        var random = SystemRandomNumberGenerator()
        let long = (0..<1000).map { _ in String(UInt64.random(in: .min ... .max, using: &random)) }
        let rows = NewRows([InsertCases.row(3, long.joined(), 1)])
        let problem = await failure(stage, InsertCases.insert(), rows)
        #expect(problem?.code == "54000" && problem?.status == 413)
        #expect(problem?.message == "A row, or a key of it, is larger than the database takes.")
    }

    /// Whoever added them knows what they mean.
    @Test(arguments: [
        ("CREATE UNIQUE INDEX once ON notes (lower(slug))", "A", "23505", "once"),
        ("ALTER TABLE notes ADD CONSTRAINT apart EXCLUDE (n WITH =)", "c", "23P01", "apart"),
    ])
    func `a constraint that no model has is named`(
        sql: String, slug: String, code: String, name: String
    ) async throws {
        let stage = try PostgresStage()
        try stage.client().execute(sql)
        let problem = await failure(
            stage, InsertCases.insert(), NewRows([InsertCases.row(3, slug, 10)]))
        #expect(problem?.code == code && problem?.status == 409)
        #expect(problem?.message.contains("\"\(name)\"") == true && problem?.details == nil)
    }
}
