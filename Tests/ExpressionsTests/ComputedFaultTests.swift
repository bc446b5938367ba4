import Schema
import Testing
import Values

@testable import Expressions

/// What `computed` may not say, and what it is of a row in memory.
@Suite struct ComputedFaultTests {
    private static func files(_ expression: String, _ type: String) -> [(String, [UInt8])] {
        let text = #"""
            {"properties": {"id": {"type": "integer"}, "a": {"type": "string"},
            "d": {"type": "string", "format": "decimal", "precision": 8, "scale": 2},
            "u": {"type": "string", "computed": "upper(a)"},
            "c": {"type": \#(type), "computed": "\#(expression)"}}, "access": {}}
            """#
        return [("models/things.json", Array(text.utf8))]
    }

    private static func compile(_ expression: String, _ type: String) throws -> Rulebook {
        try Rulebook.compile(try Catalogue(parsing: files(expression, type)))
    }

    @Test(arguments: [
        (#""string""#, "length(a)", "38: c holds text, but this is bigint"),
        (#""integer""#, "a", "39: c holds bigint, but this is text"),
        (#""integer""#, "d", "39: c holds bigint, but this is numeric(8, 2)"),
        (#""string""#, "u || '!'", "38: u is computed itself: repeat what it is computed of"),
        (#""string""#, "auth.role()", "38: a computed column cannot depend on auth.role()"),
        (
            #""string", "format": "decimal", "precision": 9, "scale": 2"#, "d * 0.5",
            "89: c holds numeric(9, 2), but this is numeric(18, 3)"
        ),
        (#""string""#, "a + 1", "38: + computes with numbers, but this is text: || joins texts"),
        (#""boolean""#, "now() is null", "39: a computed column cannot depend on now()"),
        (#""string""#, "b", "38: things has no column \"b\"; did you mean \"a\"?"),
    ])
    func `is refused where it is of something else`(
        type: String, expression: String, fault: String
    ) throws {
        let failure = #expect(throws: SchemaFailure.self) { try Self.compile(expression, type) }
        #expect(failure?.diagnostics.map(\.description) == ["models/things.json:4:" + fault])
    }

    @Test(arguments: [
        (#""string""#, "a || '!'", Value.text("ab!")),
        (#""integer""#, "length(a)", .integer(2)),
        (#""number""#, "length(a)", .real(2)),
        (#""boolean""#, "a = 'ab'", .integer(1)),
        (#""string""#, "nullif(a, 'ab')", .null),
        (#""integer""#, "length(a) * 3 - 1", .integer(5)),
        (#""string", "format": "decimal", "precision": 9, "scale": 3"#, "d * 1.5", .integer(1875)),
        (#""string", "format": "decimal", "precision": 5, "scale": 1"#, "round(d * length(a), 1)", .integer(25)),
        (#""string""#, "case when d > 1 then a else 'few' end", .text("ab")),
        (#""string""#, "case a when 'x' then 'y' end", .null),
    ])
    func `is computed of a row`(type: String, expression: String, value: Value) throws {
        let catalogue = try Catalogue(parsing: Self.files(expression, type))
        let model = try #require(catalogue.models.first)
        let row = [Value.integer(1), .text("ab"), .integer(125), .null, .null]
        let computed = try Rulebook.compile(catalogue).computing(row, of: model)
        #expect(computed == [.integer(1), .text("ab"), .integer(125), .text("AB"), value])
    }
}
