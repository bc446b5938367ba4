import Bytes
import Foundation
import Server
import Testing

/// A whole server on a free port, with a project and data directory of its own that go away with it.
final class TestBackend {
    let backend: Backend
    let directory: URL

    /// Serves the repository's own `Schemas/`, or the given model files, with its own `project.json`
    /// or the given one.
    init(
        models: [String: String]? = nil, project: String? = nil,
        mode: Backend.Mode = .development, loops: Int = 2
    ) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
        try Self.makeProject(in: directory, models: models)
        if let project {
            let file = directory.appending(path: "Schemas/project.json")
            try Data(project.utf8).write(to: file)
        }
        backend = try Backend.start(try Self.options(directory, loops: loops), mode: mode)
    }

    deinit {
        backend.stop()
        try? FileManager.default.removeItem(at: directory)
    }

    static func options(_ directory: URL, loops: Int = 2) throws -> ServerOptions {
        try ServerOptions(
            project: directory.path, listen: "127.0.0.1:0", loops: "\(loops)", logLevel: "error")
    }

    static func makeProject(in directory: URL, models: [String: String]?) throws {
        let files = FileManager.default
        let schemas = directory.appending(path: "Schemas")
        guard let models else {
            try files.createDirectory(at: directory, withIntermediateDirectories: true)
            for folder in ["Schemas", "Migrations"] {
                try files.copyItem(
                    at: repository.appending(path: folder), to: directory.appending(path: folder))
            }
            return
        }
        let folder = schemas.appending(path: "models")
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in models {
            try Data(text.utf8).write(to: folder.appending(path: "\(name).json"))
        }
    }

    static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    var anonymous: String { backend.keys.anonymous }
    var service: String { backend.keys.service }

    func client(token: String? = nil) throws -> HTTPClient {
        try HTTPClient(port: backend.port, key: anonymous, token: token)
    }

    func serviceClient() throws -> HTTPClient { try HTTPClient(port: backend.port, key: service) }

    /// Signs a user up and returns the access token and the user's id.
    func signUp(_ email: String) throws -> (token: String, id: String) {
        let body = "{\"email\":\"\(email)\",\"password\":\"correct horse\"}"
        let answer = try client().send("POST", "/auth/v1/signup", body)
        let session = try answer.json
        let token = try #require(session["access_token"]?.string)
        return (token, try #require(session["user"]?["id"]?.string))
    }

    /// A member of the sample's team chat: a user with a profile.
    func join(_ name: String) throws -> (token: String, id: String) {
        let user = try signUp("\(name)@example.org")
        let body = "{\"username\":\"\(name)\"}"
        let answer = try client(token: user.token).send("POST", "/rest/v1/profiles", body)
        #expect(answer.status == 201)
        return user
    }
}
