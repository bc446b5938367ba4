import Database
import Schema
import Testing

@testable import Expressions

@Suite struct SampleTests {
    /// The repository's own `Schemas/`, found from this file.
    static let schemas: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/") + "/Schemas"
    }()

    @Test func `the sample's rules compile, and its key conditions can be looked up`() throws {
        let catalogue = try Catalogue.load(schemas: Self.schemas)
        let book = try Rulebook.compile(catalogue)
        let read = try #require(book.rule("messages", .read)?.using)
        #expect(read.inputs.models == ["members", "rooms"])
        #expect(read.inputs.callerParts == [.context(.userID)])
        let create = try #require(book.rule("messages", .create)?.check)
        #expect(create.conjuncts.first?.equality?.side == .claim(.userID))
        for model in catalogue.models {
            for check in model.checks {
                #expect(throws: Never.self) { try book.sqlText(check.condition, model) }
            }
        }
    }
}
