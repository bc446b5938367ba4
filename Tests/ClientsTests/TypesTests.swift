import Bytes
import Schema
import Testing

@testable import Clients

/// The types that clients get. What compilers say of them is asked by `Tests/Types/run`.
@Suite struct TypesTests {
    @Test func `a project with every type has these types in TypeScript`() throws {
        let text = TypeScriptTypes(try Fixture.catalogue()).text
        #expect(text == (try Fixture.golden("database.types.ts", text)))
    }

    @Test func `and these in Swift`() throws {
        let text = SwiftTypes(try Fixture.catalogue()).text
        #expect(text == (try Fixture.golden("Database.swift.txt", text)))
    }

    @Test func `no models have types, too`() throws {
        let catalogue = try Catalogue(parsing: [])
        #expect(TypeScriptTypes(catalogue).text.contains("Tables: {\n      [_ in never]: never\n    }"))
        #expect(SwiftTypes(catalogue).text.contains("public enum Database {\n    /// Any JSON."))
    }

    static let keys: [(name: String, key: String)] = [
        ("id", "id"), ("_a1$", "_a1$"), ("class", "class"), ("1st", "\"1st\""), ("", "\"\""),
        ("a b", "\"a b\""), ("a-b", "\"a-b\""), ("a.b", "\"a.b\""), ("a\"b\\", #""a\"b\\""#),
        ("naïve", "\"naïve\""), ("a\nb", #""a\nb""#), ("*/", "\"*/\""),
    ]

    @Test(arguments: keys)
    func `a key that is no identifier stands in quotes`(name: String, key: String) {
        #expect(TypeScriptName.key(name) == key)
    }

    static let names: [(name: String, type: String, member: String)] = [
        ("team_members", "TeamMembers", "teamMembers"), ("id", "Id", "id"), ("URL", "URL", "url"),
        ("fullName", "FullName", "fullName"), ("a b-c.d", "ABCD", "aBCD"), ("class", "Class", "`class`"),
        ("1st", "_1st", "_1st"), ("", "Model", "value"), ("*/", "Model", "value"),
        ("self", "Self", "self_"), ("naïve", "Naïve", "naïve"), ("__x", "X", "x"),
        ("🦆", "Model", "value"), ("hashValue", "HashValue", "hashValue_"),
    ]

    @Test(arguments: names)
    func `any name becomes one of Swift's`(name: String, type: String, member: String) {
        #expect(SwiftName.type(name) == type)
        #expect(SwiftName.escaped(SwiftName.member(name)) == member)
    }

    static let literals: [(text: String, literal: String)] = [
        ("a", "\"a\""), ("\"\\", #""\"\\""#), ("a\nb\u{0}", #""a\nb\u{0}""#), ("\\(x)", #""\\(x)""#),
        ("\u{202E}", #""\u{202e}""#), ("ö🦆", "\"ö🦆\""),
    ]

    @Test(arguments: literals)
    func `any text becomes a literal of Swift's`(text: String, literal: String) {
        #expect(SwiftName.literal(text) == literal)
    }

    @Test func `names that would be the same are told apart`() {
        var names = UniqueNames(taken: ["String"])
        #expect(["String", "a", "a", "a2", "a"].map { names.unique($0) } == ["String2", "a", "a2", "a22", "a3"])
    }
}
