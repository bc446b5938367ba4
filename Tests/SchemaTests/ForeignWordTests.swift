import TestSupport
import Testing

@testable import Schema

/// Words of other tools and of SQL are told by what a model file says instead.
@Suite struct ForeignWordTests {
    /// Files, and what is said of the one word in them.
    static let cases: [(file: String, said: String)] = [
        (#"{"columns": {}, "properties": {}}"#, #"no word "columns": columns stand in "properties""#),
        (#"{"table": "x", "properties": {}}"#, #"no word "table": a model is called as its file is"#),
        (
            #"{"properties": {}, "access": {"SELECT": true}}"#,
            #"an access table has no word "SELECT": write "read""#
        ),
        (
            #"{"properties": {"a": {"access": {"insert": true}}}}"#,
            #"a column's access table has no word "insert": write "create""#
        ),
        (
            #"{"properties": {"a": {"nullable": true}}}"#,
            #"a column may be null unless "required" of the model names it"#
        ),
        (
            #"{"properties": {"a": {"not_null": true}}}"#,
            #"name the column in "required" of the model"#
        ),
        (
            #"{"properties": {"a": {"references": {"model": "things", "table": "b"}}}}"#,
            #"has no word "table": write "model""#
        ),
        (
            #"{"properties": {"a": {"type": "varchar(20)"}}}"#,
            #"no type "varchar(20)": write "type": "string", "maxLength": 20"#
        ),
        (
            #"{"properties": {"a": {"type": "numeric(8, 2)"}}}"#,
            #"write "type": "string", "format": "decimal", "precision": 8, "scale": 2"#
        ),
        (
            #"{"properties": {"a": {"type": "numeric(8)"}}}"#,
            #"write "type": "string", "format": "decimal", "precision": 8, "scale": 0"#
        ),
        (
            #"{"properties": {"a": {"type": "timestamptz(3)"}}}"#,
            #"write "type": "string", "format": "date-time""#
        ),
        (#"{"properties": {"a": {"type": "text[]"}}}"#, #"write "type": "array" with "items""#),
    ]

    @Test(arguments: cases) func `a word of other tools is told at once`(
        _ one: (file: String, said: String)
    ) throws {
        do {
            _ = try Catalogue(parsing: [("models/things.json", Array(one.file.utf8))])
            Issue.record("was read")
        } catch {
            let told = error.diagnostics.map(\.description)
            #expect(told.count { $0.contains(one.said) } == 1, "\(told)")
            #expect(told.count == 1, "\(told)")
        }
    }
}
