import Bytes
import Diagnostics
import Store
import Testing
import Values

@testable import Schema

@Suite struct ColumnTests {
    static let types: [(String, ColumnType)] = [
        (#"{"type": "string"}"#, .text),
        (#"{"type": "string", "format": "uuid"}"#, .uuid),
        (#"{"type": "string", "format": "date-time"}"#, .timestamp),
        (#"{"type": "string", "format": "date"}"#, .date),
        (#"{"type": "string", "format": "time"}"#, .time),
        (
            #"{"type": "string", "format": "decimal", "precision": 12, "scale": 2}"#,
            .decimal(precision: 12, scale: 2)
        ),
        (#"{"type": "string", "format": "byte"}"#, .bytes),
        (#"{"type": "integer"}"#, .integer),
        (#"{"type": "integer", "format": "int64"}"#, .integer),
        (#"{"type": "integer", "format": "int32"}"#, .integer32),
        (#"{"type": "number"}"#, .real),
        (#"{"type": "boolean"}"#, .boolean),
        (#"{"type": "object"}"#, .json),
        (#"{"type": "array"}"#, .json),
        ("{}", .json),
    ]

    @Test(arguments: types)
    func `every type of the format has its column type`(_ text: String, _ type: ColumnType) throws {
        let model = try #require(try things("{\"properties\": {\"c\": \(text)}}").model("things"))
        #expect(model.columns.map(\.name) == ["id", "c"])
        #expect(model.columns[1].type == type)
        #expect(model.columns[1].isNullable)
        #expect(!model.columns[0].isNullable)
    }

    /// A declaration, a JSON value, and what is wrong with it.
    static let values: [(String, String, String?)] = [
        (#"{"type": "string", "minLength": 2, "maxLength": 3}"#, #""äöü""#, nil),
        (#"{"type": "string", "minLength": 2}"#, #""a""#, "c must have at least 2 characters"),
        (#"{"type": "string", "pattern": "^[a-z]+$"}"#, #""abc""#, nil),
        (
            #"{"type": "string", "pattern": "^[a-z]+$"}"#, #""abC""#,
            "c does not match the pattern ^[a-z]+$"
        ),
        (#"{"type": "string", "enum": ["a", "b"]}"#, #""c""#, "c must be one of: a, b"),
        (#"{"type": "string", "enum": ["a", "b"]}"#, "null", nil),
        (#"{"type": "integer", "minimum": 1, "maximum": 5}"#, "5", nil),
        (#"{"type": "integer", "minimum": 1}"#, "0", "c must be at least 1"),
        (#"{"type": "integer", "exclusiveMaximum": 5}"#, "5", "c must be smaller than 5"),
        (#"{"type": "integer", "multipleOf": 5}"#, "12", "c must be a multiple of 5"),
        (#"{"type": "number", "multipleOf": 0.1}"#, "0.3", nil),
        (#"{"type": "number", "exclusiveMinimum": 0}"#, "0", "c must be larger than 0"),
        (
            #"{"type": "string", "format": "decimal", "precision": 5, "scale": 2, "maximum": 9.99}"#,
            #""10""#, "c must be at most 9.99"
        ),
        (
            #"{"type": "array", "items": {"minimum": 1, "multipleOf": 5}}"#, "[5, 12]",
            "c[1] must be a multiple of 5"
        ),
        (
            #"{"type": "array", "items": {"maximum": 9007199254740992}}"#, "[9007199254740993]",
            "c[0] must be at most 9007199254740992"
        ),
        (#"{"type": "object"}"#, "[]", "c must be of type object"),
        (#"{"type": "array", "maxItems": 1}"#, "[1, 2]", "c must have at most 1 element"),
        (#"{"type": "array", "maxItems": 0}"#, "[1, 2]", "c must have at most 0 elements"),
        (#"{"type": "object", "minProperties": 1}"#, "{}", "c must have at least 1 member"),
        (#"{"type": "string", "minLength": 1}"#, #""""#, "c must have at least 1 character"),
        (#"{"type": "string", "minLength": 2}"#, #""""#, "c must have at least 2 characters"),
        (
            #"{"type": "array", "uniqueItems": true}"#, #"[{"a": 1, "b": 2}, {"b": 2, "a": 1}]"#,
            "c[1] stands there twice"
        ),
        (#"{"type": "array", "items": {"type": ["integer", "null"]}}"#, "[1, null, 2.0]", nil),
        (
            #"{"type": "array", "items": {"type": "string", "format": "uuid"}}"#, #"["x"]"#,
            "c[0] is not of the format uuid"
        ),
        (
            #"{"type": "object", "properties": {"a": {"type": "object", "required": ["b"]}}}"#,
            #"{"a": {}}"#, #"c.a needs "b""#
        ),
        (
            #"{"type": "object", "additionalProperties": false}"#, #"{"x": 1}"#,
            #"c may not have "x""#
        ),
        (
            #"{"type": "object", "additionalProperties": {"const": 1}}"#, #"{"x": 2}"#,
            "c.x is not one of the values allowed"
        ),
        (#"{"enum": [1, {"a": 2}]}"#, #"{"a": 2}"#, nil),
        (#"{"enum": [1, {"a": 2}]}"#, "2", "c must be one of: 1, {\"a\":2}"),
        // JSON Schema 2020-12 core §4.2.2: numbers are equal by value.
        (#"{"enum": [1, {"a": 2}]}"#, "1.0", nil),
        (#"{"enum": [1, {"a": 2}]}"#, #"{"a": 20e-1}"#, nil),
        (#"{"type": "array", "items": {"enum": [1, 2]}}"#, "[1.0, 0.2e1]", nil),
        (#"{"type": "object", "additionalProperties": {"const": 1}}"#, #"{"x": 1.0}"#, nil),
        (#"{"type": "array", "uniqueItems": true}"#, "[1, 1.0]", "c[1] stands there twice"),
        (
            #"{"type": "array", "uniqueItems": true}"#, #"[{"a": 1}, {"a": 10e-1}]"#,
            "c[1] stands there twice"
        ),
        (#"{"type": "array", "uniqueItems": true}"#, #"[1, "1", true, [1]]"#, nil),
    ]

    @Test(arguments: values)
    func `a value is judged by its column`(_ text: String, _ json: String, _ fault: String?) throws
    {
        let model = try #require(try things("{\"properties\": {\"c\": \(text)}}").model("things"))
        let column = model.columns[1]
        let value = try column.type.value(from: JSONDocument(parsing: Array(json.utf8)).root)
        let expected = fault.map {
            Problem(
                code: "23514", status: 400,
                message:
                    "new row for relation \"things\" violates check constraint \"things_c_check\"",
                details: $0)
        }
        if let expected {
            #expect(throws: expected) { try column.check(value) }
        } else {
            try column.check(value)
        }
    }

    @Test func `a text beyond the pattern's limit is refused, not searched`() throws {
        let pattern = try Pattern("a")
        #expect(pattern.matches(String(repeating: "a", count: 4096)))
        #expect(!pattern.matches(String(repeating: "a", count: 4097)))
    }

    @Test func `an expression points into its file through escapes`() throws {
        let text = #"{"properties": {}, "checks": {"ok": "a \u00e4\n\"x\" = é y"}}"#
        let check = try #require(try things(text).model("things")?.checks.first)
        let offset = try #require(check.condition.text.utf8.firstIndex(of: UInt8(ascii: "y")))
        let place = check.condition.location(
            of: check.condition.text.utf8.distance(
                from: check.condition.text.startIndex, to: offset))
        let expected =
            text.prefix(upTo: try #require(text.lastIndex(of: "y"))).unicodeScalars.count + 1
        #expect(place == SourceLocation(file: "models/things.json", line: 1, column: expected))
    }
}
