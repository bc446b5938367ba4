import Foundation
import ServerTestSupport
import Store
import Testing

@testable import Server

@Suite struct RetentionSettingTests {
    @Test func `a model keeps changes as long as it says, else as long as the project says`() throws
    {
        let model = { (realtime: String) in
            "{\"properties\": {\"n\": {\"type\": \"integer\"}}, \"realtime\": \(realtime)}"
        }
        let project = try TestProject(
            models: ["a": model("true"), "b": model("{\"retain\": \"30m\"}"), "c": model("false")],
            project: #"{"realtime": {"retain": "2h"}}"#)
        let tables = try SchemaSet.load(try project.options()).capturedTables
        #expect(tables.map(\.name) == ["a", "b"])
        #expect(tables.map(\.retain) == [.seconds(7200), .seconds(1800)])
    }
}
