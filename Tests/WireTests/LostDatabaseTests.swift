import Bytes
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A file of the database that is removed or replaced under a running server: what is written then
/// may be gone with the process, or be written over, so nothing is, and everybody who can act is
/// told.
@Suite(.sqliteOnly) struct LostDatabaseTests {
    /// What is done to a file.
    enum Deed: CaseIterable {
        case removed, replaced, movedAway

        func happen(to path: String) throws {
            switch self {
            case .removed: try FileManager.default.removeItem(atPath: path)
            case .replaced: try Data("x".utf8).write(to: URL(filePath: path), options: .atomic)
            case .movedAway: try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
            }
        }
    }

    /// The files, and what is said to be done about each.
    static let files: [(name: String, way: String)] = [
        ("apus.db", "put the file back"), ("apus.db-wal", "into the database"),
        ("apus.db-shm", "makes the file anew"), ("lock", "unless another"),
    ]

    @Test(.timeLimit(.minutes(10)), arguments: files, Deed.allCases)
    func `a server without its file says so and refuses what it would lose`(
        file: (name: String, way: String), deed: Deed
    ) throws {
        let project = try DevelopedProject()
        let client = try HTTPClient(
            port: project.port, key: try APIKeys.load(project.options).service)
        #expect(try client.send("GET", "/ready").text == #"{"status":"ready"}"#)
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text":"kept"}"#).status == 201)
        let data = project.data
        try deed.happen(to: "\(data)/\(file.name)")

        // Nobody has to write for it to be noticed.
        let told = project.nextLine() ?? ""
        #expect(told.hasPrefix("error: \(data)/\(file.name) was removed or replaced"), "\(told)")
        let advice = project.command.lines(through: "stop the server")
        #expect(advice.last?.contains(file.way) == true, "\(advice)")

        let ready = try client.send("GET", "/ready")
        #expect(ready.status == 503)
        #expect(try ready.json["status"]?.string == "database_lost")
        #expect(try ready.json["message"]?.string?.contains("removed or replaced") == true)
        #expect(!ready.text.contains(data))
        #expect(try client.send("GET", "/health").status == 200)

        let refused = try client.send("POST", "/rest/v1/notes", #"{"text":"lost"}"#)
        #expect(refused.status == 503)
        #expect(try refused.json["code"]?.string == "58P01")
        let signUp = #"{"email":"ada@example.org","password":"correct horse"}"#
        #expect(try client.send("POST", "/auth/v1/signup", signUp).status >= 500)
        #expect(
            try client.send("GET", "/rest/v1/notes?select=text").text == #"[{"text":"kept"}]"#)
    }
}
