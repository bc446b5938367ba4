import Diagnostics
import Store
import Testing
import Values

@testable import Schema

/// What a model says that has no key.
@Suite struct KeylessWordTests {
    private static func diagnostics(
        _ model: String, _ others: [(String, String)] = []
    ) -> [String] {
        var files = [("Schemas/models/log.json", Array(model.utf8))]
        files += others.map { ("Schemas/\($0.0)", Array($0.1.utf8)) }
        do throws(SchemaFailure) {
            _ = try Catalogue(parsing: files)
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    @Test func `an empty key is none, and the store's number is no column`() throws {
        let text = #"{"properties": {"id": {"type": "integer"}}, "primaryKey": [], "access": {}}"#
        let catalogue = try Catalogue(parsing: [("Schemas/models/log.json", Array(text.utf8))])
        let model = try #require(catalogue.models.first)
        #expect(model.columns.map(\.name) == ["id"])
        #expect(model.columns[0].isNullable)
        #expect(model.primaryKey == [])
        #expect(model.columnIndex("_apus_number") == nil)
        #expect(model.uniqueName(over: []) == nil)
        #expect(model.table.columns.map(\.name) == ["id", "_apus_number"])
        #expect(model.table.shown.map(\.name) == ["id"])
        #expect(model.table.primaryKey.columns == [1])
    }

    static let faults = [
        (#"{"properties": {}, "primaryKey": [], "access": {}}"#, "needs a column"),
        (
            #"{"properties": {"a": {}}, "softDelete": true, "primaryKey": [], "access": {}}"#,
            "\"softDelete\" needs a key"
        ),
        (
            #"{"properties": {"_apus_number": {}}, "primaryKey": [], "access": {}}"#,
            "kept for the server's own"
        ),
        (
            #"""
            {"properties": {"a": {"type": "integer", "identity": true}}, "primaryKey": [],
             "access": {}}
            """#, "an identity column must be the whole primary key"
        ),
    ]

    @Test(arguments: faults) func `what cannot be without a key is a fault`(
        model: String, told: String
    ) {
        let found = Self.diagnostics(model)
        #expect(found.count == 1 && found[0].contains(told), "\(found)")
    }

    private static let log =
        #"{"properties": {"a": {"type": "integer"}}, "primaryKey": [], "access": {}}"#

    @Test func `nothing refers to rows without a key`() {
        let line = #"""
            {"properties": {"id": {"type": "integer"}, "log": {"type": "integer", "references": {"model": "log"}}},
             "access": {}}
            """#
        let found = Self.diagnostics(Self.log, [("models/lines.json", line)])
        #expect(found.count == 1 && found[0].contains("\"log\" has no key"), "\(found)")
    }

    /// No `--allow-destructive` is asked for what nobody has seen.
    @Test(arguments: Engine.installed)
    func `the numbers of rows are no loss`(engine: Engine) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        func log(_ key: String) throws -> Catalogue {
            let text = #"{"properties": {"a": {"type": "integer"}}, "primaryKey": [\#(key)]}"#
            return try catalogue([("models/log.json", text)])
        }
        var set = try place.extended(place.emptySet, log(""))
        set = try place.extended(set, log(#""a""#))
        let file = try #require(set.files.last)
        #expect(try !DryRun(set, on: place.target).drops(file))
    }

    @Test func `seeds need a key`() throws {
        let model = Array(Self.log.utf8)
        let failure = #expect(throws: SchemaFailure.self) {
            try Catalogue(
                parsing: [
                    ("Schemas/models/log.json", model),
                    ("Schemas/seeds/log.json", Array(#"{"log": [{"a": 1}]}"#.utf8)),
                ])
        }
        let told = failure?.diagnostics.map(\.message) ?? []
        #expect(told.count == 1 && told[0].contains("added again"), "\(told)")
    }
}
