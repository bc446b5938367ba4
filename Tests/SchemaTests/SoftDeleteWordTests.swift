import Diagnostics
import Testing
import Values

@testable import Schema

/// What a model with `softDelete` may say of the column that a deletion sets.
@Suite struct SoftDeleteWordTests {
    private static func model(_ property: String?, _ more: String = "") throws -> Model {
        let properties = property.map { #""id": {"type": "integer"}, "deleted_at": \#($0)"# }
        let text =
            #"{"properties": {\#(properties ?? #""id": {"type": "integer"}"#)}, "#
            + #""softDelete": true, "access": {"all": true}\#(more)}"#
        let catalogue = try Catalogue(parsing: [("Schemas/models/notes.json", Array(text.utf8))])
        return try #require(catalogue.models.first)
    }

    @Test(arguments: [nil, #"{"type": "string", "format": "date-time", "readOnly": true}"#])
    func `the column is added, or the one declared`(property: String?) throws {
        let model = try Self.model(property)
        let column = model.columns[try #require(model.deletedAt)]
        #expect(column.name == "deleted_at" && column.type == .timestamp)
        #expect(column.isNullable && column.isReadOnly)
    }

    struct Fault: Sendable {
        let property: String
        var more = ""
        let told: String
    }

    @Test(arguments: [
        Fault(property: #"{"type": "string"}"#, told: "format \"date-time\""),
        Fault(
            property: #"{"type": "string", "format": "date-time", "readOnly": true}"#,
            more: #", "required": ["deleted_at"]"#, told: "must not be required"),
        Fault(
            property:
                #"{"type": "string", "format": "date-time", "default": {"$expr": "now()"}}"#,
            told: "neither \"default\" nor \"onUpdate\""),
        Fault(
            property: #"{"type": "string", "format": "date-time"}"#,
            told: "must be \"readOnly\""),
    ])
    func `another column of that name is a fault`(fault: Fault) throws {
        let failure = #expect(throws: SchemaFailure.self) {
            try Self.model(fault.property, fault.more)
        }
        let told = failure?.diagnostics.map(\.message) ?? []
        #expect(told.count == 1 && told[0].contains(fault.told), "\(told)")
    }

    @Test func `no word, or false, removes rows`() throws {
        for word in ["", #", "softDelete": false"#] {
            let text =
                #"{"properties": {"id": {"type": "integer"}}, "access": {"all": true}\#(word)}"#
            let catalogue = try Catalogue(
                parsing: [("Schemas/models/notes.json", Array(text.utf8))])
            #expect(catalogue.models.first?.deletedAt == nil)
            #expect(catalogue.models.first?.columns.count == 1)
        }
    }
}
