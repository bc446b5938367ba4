import Diagnostics
import Store
import StoreTestSupport
import Testing
import Values

@testable import StoreSQLite

/// What updates and deletes ask and tell, in their order.
@Suite(.timeLimit(.minutes(10))) struct UpdateProgramTests {
    @Test(arguments: TargetCases.updates)
    func `an update tells what comes first, and leaves nothing of what is refused`(
        each: TargetCases.Update
    ) async throws {
        let stage = try SQLiteStage()
        defer { stage.database.close() }
        #expect(summary(try await stage.run(each.program, each.values)) == each.outcome)
        #expect(try stage.contents() == each.contents)
    }

    @Test(arguments: TargetCases.deletes)
    func `a delete tells what comes first, and leaves nothing of what is refused`(
        program: DeleteProgram, outcome: String, contents: String
    ) async throws {
        let stage = try SQLiteStage()
        defer { stage.database.close() }
        #expect(summary(try await stage.run(program)) == outcome)
        #expect(try stage.contents() == contents)
    }

    @Test(arguments: [("CASCADE", "2 written, 0 new"), ("SET NULL", "2 written, 0 new")])
    func `rows count that others of the same delete take along`(
        action: String, outcome: String
    ) async throws {
        let stage = try SQLiteStage()
        defer { stage.database.close() }
        try stage.database.writeAndWait { transaction throws(Problem) in
            try transaction.script(
                """
                CREATE TABLE tree (id TEXT NOT NULL PRIMARY KEY,
                    parent TEXT REFERENCES tree ON DELETE \(action)) STRICT;
                INSERT INTO tree VALUES ('root', NULL), ('leaf', 'root');
                """)
        }
        let parent = Table.Column("parent", .text, isNullable: true)
        let tree = Table(
            "tree", [.init("id", .text, isNullable: false), parent],
            primaryKey: .init("tree_pkey", [0]),
            dependents: [.init("tree_parent_fkey", [0], of: "tree", [parent], holdsRows: false)])
        let program = DeleteProgram(of: WriteTarget(tree, as: "t"))
        #expect(summary(try await stage.run(program)) == outcome)
    }

    @Test func `a key that is referred to is not changed`() async throws {
        let stage = try SQLiteStage()
        defer { stage.database.close() }
        let program = UpdateProgram(
            of: WriteTarget(
                ProgramStage.members, as: "t",
                where: [
                    .comparison(
                        .equal, .column("name", of: "t", type: .text),
                        .constant(.text("bob"), .text))
                ]), columns: [0])
        let outcome = try await stage.run(program, TargetCases.values(0, .text("eve")))
        #expect(
            summary(outcome)
                == "stillReferenced notes_owner_fkey notes [Values.Value.text(\"bob\")]")
    }
}
