import Foundation
import ServerTestSupport
import Testing

/// Seed rows that were edited after they were planted.
@Suite(.timeLimit(.minutes(10))) struct SeedSaveTests {
    @Test func `an edited row that is there already is told, and a removed one comes back`() throws
    {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        let seeds = project.root.appending(path: "Schemas/seeds")
        try FileManager.default.createDirectory(at: seeds, withIntermediateDirectories: true)
        func seed(_ text: String) throws {
            let rows = #"{"notes": [{"id": 1, "text": "a"}, {"id": 2, "text": "\#(text)"}]}"#
            try Data(rows.utf8).write(to: seeds.appending(path: "more.json"))
        }
        func told() throws -> [String] {
            try project.lines("dev").filter { $0.contains("seed") }.map { String($0.dropFirst(10)) }
        }
        try seed("b")
        #expect(try told() == [])
        #expect(try told() == [])
        try seed("c")
        #expect(
            try told() == [
                "1 seed row is in the database with other values and stays as it is there: "
                    + "Schemas/seeds/more.json:1:36"
            ])
        #expect(try project.value("SELECT text FROM notes WHERE id = 2") == "b")
        try project.execute("DELETE FROM notes WHERE id = 2;")
        #expect(try told() == [])
        #expect(try project.value("SELECT text FROM notes WHERE id = 2") == "c")
    }
}
