import Bytes
import Configuration
import Foundation
import TestSupport
import Testing

@testable import Schema

/// The JSON Schema of `project.json` and the reader of the file judge alike: both are made from the
/// table of settings.
@Suite struct ProjectFileSchemaTests {
    private func accepts(_ text: String) throws -> Bool {
        let schema = try JSONDocument(parsing: ProjectFileSchema.bytes).root
        let file = try JSONDocument(parsing: Array(text.utf8)).root
        return SchemaValidator(root: schema).accepts(file, schema)
    }

    /// A file that gives one setting.
    private func file(_ setting: Setting, _ value: String) -> String {
        let member = "{\"\(setting.word)\": \(value)}"
        return setting.section.map { "{\"\($0)\": \(member)}" } ?? member
    }

    @Test func `the sample's file keeps the schema`() throws {
        let text = FileManager.default.contents(atPath: Repository.path("Schemas/project.json"))
        #expect(try accepts(String(decoding: try #require(text), as: UTF8.self)))
        #expect(try accepts(#"{"$schema": "../.apus/project.schema.json"}"#))
    }

    @Test func `every setting that may stand in the file is in the schema, with its default`()
        throws
    {
        let schema = try JSONDocument(parsing: ProjectFileSchema.bytes).root
        for setting in Setting.all {
            var object: JSONValue? = schema["properties"]
            if let section = setting.section { object = object?[section]?["properties"] }
            // The section has the name of the setting that says where the database is.
            let isSection = Setting.sections[setting.name] != nil
            let word = isSection ? nil : object?[setting.word]
            #expect((word != nil) == setting.standsInFile, "\(setting.name)")
            if let word {
                let description = try #require(word["description"]?.string)
                #expect(description.contains(setting.standard), "\(setting.name)")
            }
        }
    }

    @Test func `every word of a limit and of a plan says what it is for`() throws {
        let throttle = try JSONDocument(parsing: ProjectFileSchema.bytes)
            .root["properties"]?["throttle"]?["properties"]
        let objects = [
            throttle?["limits"]?["items"], throttle?["plans"]?["additionalProperties"],
        ]
        for object in objects {
            let words = try #require(object?["properties"]).members
            #expect(words.count > 3)
            for (name, word) in words {
                #expect(word["description"]?.string?.hasSuffix(".") == true, "\(name.string ?? "")")
            }
        }
    }

    @Test func `reader and schema take every example and refuse what is none`() throws {
        for setting in Setting.all where setting.standsInFile {
            for example in setting.syntax.examples {
                var given = GivenSettings()
                try given.give(setting, flag: example)
                let text = file(setting, String(utf8: setting.json(in: given.settings).bytes))
                #expect(diagnostics([("project.json", text)]) == [], "\(text)")
                #expect(try accepts(text), "\(text)")
            }
            for wrong in ["{}", "null", setting.syntax.counterexample.map { "\"\($0)\"" } ?? "{}"] {
                let text = file(setting, wrong)
                let lines = diagnostics([("project.json", text)])
                #expect(lines.count == 1 && lines[0].contains("\"\(setting.word)\""), "\(text)")
                #expect(try !accepts(text), "\(text)")
            }
        }
    }

    @Test(arguments: [#"{"nmae": "x"}"#, #"{"auth": {"anonymus": true}}"#, #"{"auth": 1}"#])
    func `what the reader refuses the schema refuses`(text: String) throws {
        #expect(!diagnostics([("project.json", text)]).isEmpty)
        #expect(try !accepts(text))
    }
}
