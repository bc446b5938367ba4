import Query
import Testing

@testable import Expressions
@testable import Schema

/// Names that authors of models are warned of, and the grammars that are the reason.
@Suite struct ReservedNameTests {
    @Test func `every word of a URL is warned of, and nothing else as one`() {
        #expect(ReservedNames.parameters == Set(ParameterWord.allCases.map { "\($0.spelling)" }))
    }

    @Test(arguments: ReservedNames.ruleWords.sorted())
    func `a word of rules is a name in quotes only`(word: String) throws {
        #expect(throws: (any Error).self) { try Parser.parse("m.\(word) = 1") }
        #expect(throws: Never.self) { try Parser.parse("m.\"\(word)\" = 1") }
        #expect(throws: Never.self) { try Parser.parse("\"\(word)\" = 1") }
    }
}
