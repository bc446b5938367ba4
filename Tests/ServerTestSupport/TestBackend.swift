import Bytes
import Foundation
public import Server
public import TestSupport

/// A whole server on a free port, with a project and data directory of its own that go away with
/// it.
public final class TestBackend {
    /// The server.
    public let backend: Backend
    /// What it serves.
    public let project: TestProject

    /// Serves the repository's own `Schemas/`, or the given model files, with its own
    /// `project.json` or the given one.
    public init(
        models: [String: String]? = nil, project text: String? = nil,
        mode: Backend.Mode = .development, loops: Int = 2
    ) throws {
        project = try TestProject(models: models, project: text)
        backend = try Backend.start(try project.options(loops: loops), mode: mode)
    }

    deinit { backend.stop() }

    /// The options it was started with.
    public var options: ServerOptions { get throws { try project.options() } }

    /// The port that it listens on.
    public var port: Int { backend.port }

    /// The key of anybody.
    public var anonymous: String { backend.keys.anonymous }

    /// The key that no rule holds for.
    public var service: String { backend.keys.service }

    /// What its tokens are signed with.
    public var jwtSecret: String {
        get throws {
            let file = try Data(contentsOf: URL(filePath: project.data + "/secrets.json"))
            let secret = try JSONDocument(parsing: Array(file)).root["jwt_secret"]?.string
            guard let secret else { throw UnexpectedAnswer(text: "no jwt_secret") }
            return secret
        }
    }

    /// A client with the key of anybody, and perhaps a user's token.
    public func client(token: String? = nil) throws -> HTTPClient {
        try HTTPClient(port: port, key: anonymous, token: token)
    }

    /// A client with the key that no rule holds for.
    public func serviceClient() throws -> HTTPClient { try HTTPClient(port: port, key: service) }

    /// A feed with the key of anybody.
    public func feed() throws -> FeedClient { try FeedClient(port: port, key: anonymous) }

    /// Signs a user up and returns the access token and the user's id.
    public func signUp(_ email: String) throws -> (token: String, id: String) {
        let body = "{\"email\":\"\(email)\",\"password\":\"correct horse\"}"
        let answer = try client().send("POST", "/auth/v1/signup", body)
        let session = try answer.json
        guard let token = session["access_token"]?.string, let id = session["user"]?["id"]?.string
        else { throw UnexpectedAnswer(text: answer.text) }
        return (token, id)
    }

    /// A member of the sample's team chat: a user with a profile.
    public func join(_ name: String) throws -> (token: String, id: String) {
        let user = try signUp("\(name)@example.org")
        let body = "{\"username\":\"\(name)\"}"
        let answer = try client(token: user.token).send("POST", "/rest/v1/profiles", body)
        guard answer.status == 201 else { throw UnexpectedAnswer(text: answer.text) }
        return user
    }
}

/// What a server answered where a test could not go on with it.
struct UnexpectedAnswer: Error {
    let text: String
}
