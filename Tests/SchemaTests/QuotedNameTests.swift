import Diagnostics
import Testing

@testable import Schema

/// What SQLite says of a name in a migration file, as the author reads it.
@Suite struct QuotedNameTests {
    @Test(arguments: [
        #"ALTER TABLE "rooms" DROP COLUMN "who";"#,
        #"ALTER TABLE "rooms" RENAME COLUMN "who" TO "whom";"#,
    ])
    func `a name in quotes is quoted once`(statement: String) throws {
        let set = MigrationTests.files("CREATE TABLE \"rooms\" (\"id\" INTEGER) STRICT;", statement)
        let problem = #expect(throws: Problem.self) { try outcome(of: set) }
        #expect(
            problem?.message.hasSuffix(": no such column: \"who\"") == true,
            "\(problem?.message ?? "")")
    }
}
