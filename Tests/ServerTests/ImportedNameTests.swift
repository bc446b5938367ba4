import Bytes
import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus import` into models and columns of any name, from files whose head has to quote them.
@Suite(.timeLimit(.minutes(10))) struct ImportedNameTests {
    /// A file of one row of a model of this name.
    private static func files(_ name: String) -> [String] {
        let row: JSON = [name: .string("x")]
        return [
            "\"\(name.replacing("\"", with: "\"\""))\"\nx\n",
            String(decoding: row.bytes, as: UTF8.self),
        ]
    }

    @Test func `rows are loaded under any name`() throws {
        let names = WrittenNames.all.filter { !$0.hasPrefix("--") }
        let server = try TestBackend(
            models: Dictionary(
                uniqueKeysWithValues: names.map { name in
                    let model: JSON = [
                        "properties": [
                            "id": ["type": "integer", "identity": true], name: ["type": "string"],
                        ],
                        "access": ["read": true],
                    ]
                    return (name, String(decoding: model.bytes, as: UTF8.self))
                }))
        for name in names {
            for file in Self.files(name) {
                try server.project.write(file, to: "rows")
                let command = try RunningCommand(
                    ["import", name, server.project.path + "/rows"]
                        + ["--project", server.project.path]
                        + ["--url", "http://127.0.0.1:\(server.port)"])
                var lines: [String] = []
                while let line = command.nextLine() { lines.append(line) }
                #expect(command.exitCode() == 0, "\(name): \(lines)")
            }
            let path = "/rest/v1/\(PercentEncoding.encode(component: name))?order=id"
            let rows = JSON(
                try JSONDocument(parsing: try server.client().send("GET", path).body).root)
            let expected: [JSON] = [1, 2].map { ["id": $0, name: "x"] }
            #expect(rows == .array(expected), "\(name)")
        }
    }
}
