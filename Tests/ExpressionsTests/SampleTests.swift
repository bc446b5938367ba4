import Schema
import Store
import TestSupport
import Testing

@testable import Expressions

@Suite struct SampleTests {
    @Test func `the sample's rules compile, and its key conditions can be looked up`() throws {
        let catalogue = try Catalogue.load(schemas: Repository.path("Schemas"))
        let book = try Rulebook.compile(catalogue)
        let read = try #require(book.rule("messages", .read)?.using)
        #expect(read.inputs.models == ["members", "rooms"])
        #expect(read.inputs.callerParts == [.context(.userID)])
        let create = try #require(book.rule("messages", .create)?.check)
        #expect(create.conjuncts.first?.equality?.side == .claim(.userID))
        for model in catalogue.models {
            for check in model.checks {
                #expect(throws: Never.self) { try book.definition(of: check.condition, in: model) }
            }
        }
    }
}
