import Foundation
import TestSupport
import Testing

@testable import Expressions

/// The reference of the rule language tells of every function and of no other.
@Suite struct RuleReferenceTests {
    @Test func `the table of functions is the list that rules may call`() throws {
        let file = Repository.root.appending(path: "Sources/Server/Documentation.docc/Rules.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## Functions\n").last)
        let told = section.components(separatedBy: "\n## ")[0].split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
            .map { String($0.dropFirst(3).prefix { $0 != "(" }) }
        #expect(told.count == Set(told).count)
        #expect(Set(told) == Set(Function.spellings).union(Resolver.contextFunctions.keys))
    }
}
