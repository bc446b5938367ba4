import PostgresTestSupport
import Store
import StoreTestSupport
import TestSupport
import Testing
import Values

/// What is told of writes in a table that refers to itself, whose rows may mend one another. Of a
/// broken reference the server tells its name, and not which of its two ends is broken.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(10))) struct SelfReferenceTests {
    private static let id = Table.Column("id", .text, isNullable: false)
    private static let parent = Table.Column("parent", .text, isNullable: true)
    private static let tree = Table(
        "tree", [id, parent], primaryKey: .init("tree_pkey", [0]),
        references: [.init("tree_parent_fkey", [1], of: "tree", [id], holdsRows: true)],
        dependents: [.init("tree_parent_fkey", [0], of: "tree", [parent], holdsRows: true)])
    private static let missing =
        "missingParent tree_parent_fkey tree [Values.Value.text(\"none\")]"
    private static let one = Returning(rowsMax: 1)

    private func stage() throws -> PostgresStage {
        let stage = try PostgresStage()
        try stage.client().execute(
            """
            CREATE TABLE tree (id text COLLATE "C" PRIMARY KEY,
                parent text COLLATE "C" REFERENCES tree);
            INSERT INTO tree VALUES ('root', NULL), ('branch', 'root'), ('leaf', 'branch');
            """)
        return stage
    }

    private static func row(_ id: String, _ parent: String?) -> NewRow {
        NewRow([.text(id), Value(parent)])
    }

    private static let inserts: [(InsertProgram, [NewRow], String)] = [
        (
            InsertProgram(into: tree, conflict: InsertCases.merge(changed: [1])),
            [row("leaf", "none")], missing
        ),
        (InsertProgram(into: tree), [row("b", "a"), row("a", nil), row("c", "none")], missing),
        (
            InsertProgram(into: tree, returning: one),
            [row("b", "a"), row("a", nil), row("c", "none")], missing
        ),
        (
            InsertProgram(into: tree, returning: one), [row("b", "a"), row("a", nil)],
            "tooManyAffected(2)"
        ),
    ]

    @Test(arguments: inserts)
    func `a row lacks its parent if it is neither there nor in the body`(
        program: InsertProgram, rows: [NewRow], outcome: String
    ) async throws {
        let stage = try stage()
        #expect(summary(await stage.writes.run(program, NewRows(rows))) == outcome)
    }

    @Test func `of several rows without a parent the first is told`() async throws {
        let stage = try stage()
        try stage.client().execute(
            """
            CREATE TABLE pairs (id text COLLATE "C" PRIMARY KEY,
                a text COLLATE "C" REFERENCES members, b text COLLATE "C" REFERENCES members);
            """)
        let name = Table.Column("name", .text, isNullable: false)
        let pairs = Table(
            "pairs",
            [
                Self.id, .init("a", .text, isNullable: true),
                .init("b", .text, isNullable: true),
            ], primaryKey: .init("pairs_pkey", [0]),
            references: [
                .init("pairs_a_fkey", [1], of: "members", [name], holdsRows: true),
                .init("pairs_b_fkey", [2], of: "members", [name], holdsRows: true),
            ])
        let rows = [["1", "ann", "none"], ["2", "eve", "bob"]].map { row in
            NewRow(row.map { .text($0) })
        }
        let outcome = await stage.writes.run(
            InsertProgram(into: pairs, returning: Self.one), NewRows(rows))
        #expect(
            summary(outcome)
                == "missingParent pairs_b_fkey members [Values.Value.text(\"none\")]")
    }

    @Test func `a missing parent comes before too many rows`() async throws {
        let stage = try stage()
        let program = UpdateProgram(
            of: WriteTarget(Self.tree, as: "t"), columns: [1], returning: Self.one)
        let outcome = try await stage.writes.run(program, TargetCases.values(1, .text("none")))
        #expect(summary(outcome) == Self.missing)
    }

    private static func isNot(_ id: String) -> ValueExpression {
        .comparison(.notEqual, tree.column(0, of: "t"), .constant(.text(id), .text))
    }

    private static let deletes: [(ValueExpression, String)] = [
        (isNot(""), "tooManyAffected(3)"),
        (isNot("root"), "tooManyAffected(2)"),
        (
            isNot("leaf"),
            "stillReferenced tree_parent_fkey tree [Values.Value.text(\"branch\")]"
        ),
    ]

    @Test(arguments: deletes)
    func `a row is held by those that stay`(
        condition: ValueExpression, outcome: String
    ) async throws {
        let stage = try stage()
        let program = DeleteProgram(
            of: WriteTarget(Self.tree, as: "t", where: [condition]), returning: Self.one)
        #expect(summary(try await stage.writes.run(program)) == outcome)
    }
}
