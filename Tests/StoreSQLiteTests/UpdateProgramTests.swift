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
