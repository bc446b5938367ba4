import Database
import Foundation
import Testing

@testable import Server

@Suite struct RetentionSettingTests {
    @Test func `a model keeps changes as long as it says, else as long as the project says`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        let model = { (realtime: String) in
            "{\"properties\": {\"n\": {\"type\": \"integer\"}}, \"realtime\": \(realtime)}"
        }
        try TestBackend.makeProject(
            in: directory,
            models: ["a": model("true"), "b": model("{\"retain\": \"30m\"}"), "c": model("false")])
        let project = directory.appending(path: "Schemas/project.json")
        try Data(#"{"realtime": {"retain": "2h"}}"#.utf8).write(to: project)
        let tables = try SchemaSet.load(try TestBackend.options(directory)).capturedTables
        #expect(tables.map(\.name) == ["a", "b"])
        #expect(tables.map(\.retain) == [.seconds(7200), .seconds(1800)])
    }
}
