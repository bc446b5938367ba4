import Bytes
import Schema
import Testing
import Values

@testable import Clients

/// The values that snippets show.
@Suite struct ExampleTests {
    static let columns = [
        #"{"type": "string"}"#, #"{"type": "string", "minLength": 40}"#,
        #"{"type": "string", "maxLength": 1}"#, #"{"type": "string", "minLength": 2, "maxLength": 2}"#,
        #"{"type": "string", "pattern": "^[a-z0-9_]+$", "minLength": 2, "maxLength": 32}"#,
        #"{"type": "string", "pattern": "^[A-Z]{3}$"}"#, #"{"type": "string", "pattern": "^\\+?[0-9]{6,15}$"}"#,
        #"{"type": "string", "pattern": "^(red|green)-\\d+$", "minLength": 9}"#,
        #"{"type": "string", "pattern": "^[^@ ]+@[^@ ]+\\.[a-z]+$"}"#,
        #"{"type": "string", "pattern": "^\\p{Lu}"}"#, #"{"type": "string", "pattern": "^#[0-9a-f]{6}$"}"#,
        #"{"type": "string", "enum": ["x", "y"]}"#, #"{"type": "string", "format": "uuid"}"#,
        #"{"type": "string", "format": "date-time"}"#, #"{"type": "string", "format": "date"}"#,
        #"{"type": "string", "format": "time"}"#, #"{"type": "string", "format": "byte", "minLength": 9}"#,
        #"{"type": "string", "format": "byte", "maxLength": 2}"#,
        #"{"type": "string", "format": "decimal", "precision": 9, "scale": 2, "minimum": 7.5}"#,
        #"{"type": "string", "format": "decimal", "precision": 9, "scale": 2, "exclusiveMaximum": 0.05}"#,
        #"{"type": "integer"}"#, #"{"type": "integer", "minimum": 18, "multipleOf": 5}"#,
        #"{"type": "integer", "exclusiveMinimum": 9, "exclusiveMaximum": 11}"#,
        #"{"type": "integer", "format": "int32", "maximum": -4}"#, #"{"type": "integer", "enum": [4]}"#,
        #"{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}"#,
        #"{"type": "number", "minimum": 2.5, "multipleOf": 2}"#, #"{"type": "boolean"}"#, "{}",
        #"{"type": "array", "minItems": 2, "items": {"type": "integer", "minimum": 4}}"#,
        #"{"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "pattern": "^x"}}}"#,
        #"{"type": "object", "required": ["a"], "additionalProperties": {"const": 3}}"#,
        #"{"type": "object", "minProperties": 1, "properties": {"a": {"enum": [null]}}}"#,
        #"{"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1}"#,
    ]

    @Test(arguments: columns)
    func `a value keeps what its column asks for`(column: String) throws {
        let catalogue = try Fixture.things(
            "{\"properties\": {\"c\": \(column)}, \"required\": [\"c\"], \"access\": {\"all\": true}}")
        let model = try #require(catalogue.model("things"))
        let rows = ExampleRows(catalogue)
        for member in rows.insert(model) + rows.update(model) {
            let index = try #require(model.columnIndex(member.name))
            let value = try model.columns[index].type.value(from: member.json)
            try model.columns[index].check(value)
        }
        #expect(rows.insert(model).map(\.name) == ["c"] && rows.update(model).map(\.name) == ["c"])
    }

    @Test(arguments: [Fixture.everything, Fixture.sample])
    func `so does every column of a project, and references agree`(folder: String) throws {
        let catalogue = try Fixture.catalogue(folder)
        let rows = ExampleRows(catalogue)
        for model in catalogue.models {
            for member in rows.insert(model) + rows.update(model) {
                let column = model.columns[try #require(model.columnIndex(member.name))]
                let value = try column.type.value(from: member.json)
                try column.check(value)
                #expect(column.isWritable(.create) || column.isWritable(.update))
                guard let key = column.reference, let target = catalogue.model(key.target) else { continue }
                let other = rows.key(target).first { $0.column.name == target.columns[key.targetColumns[0]].name }
                #expect(other?.value == value, "\(model.name).\(column.name)")
            }
        }
    }

    @Test func `an insert gives what has to be given, and an update no key`() throws {
        let catalogue = try Fixture.catalogue(Fixture.sample)
        let rows = ExampleRows(catalogue)
        func names(_ members: [ExampleRows.Member]) -> [String] { members.map(\.name) }
        let members = try #require(catalogue.model("members"))
        let messages = try #require(catalogue.model("messages"))
        #expect(names(rows.insert(members)) == ["room_id", "user_id"])
        #expect(names(rows.update(members)) == ["role"])
        #expect(names(rows.insert(messages)) == ["room_id", "body"])
        #expect(names(rows.update(messages)) == ["body"])
    }
}
