import Foundation
import ServerTestSupport
import TestSupport

/// A server of a generated project, running, and a connection to it.
final class PlayedServer {
    private let project: TestProject
    private let store: ServerLaunch.Store
    private let command: RunningCommand
    private let alter: (@Sendable ([UInt8]) -> [UInt8])?
    private var relay: AlteringRelay?
    private var port = 0
    private var keys: [String: String] = [:]
    private var client: HTTPClient?
    private let side: Side?
    let translator: Translator
    let feeds = HeardFeeds()

    /// Why a project is not served.
    struct Refusal: Error {
        let text: String
    }

    /// Starts it, and does not wait for it.
    init(_ launch: ServerLaunch, _ generated: GeneratedProject) throws {
        project = try TestProject(models: [:])
        store = try launch.makeStore()
        alter = launch.alter
        side = launch.side
        translator = Translator(launch.side)
        for file in launch.change(generated).files { try project.write(file.text, to: file.name) }
        command = try RunningCommand(
            [
                "dev", "--listen", "127.0.0.1:0", "--loops", "1", "--log-level", "error",
                "--project", project.path,
            ] + store.flags, environment: side == nil ? [:] : SharedSecret.environment)
        if side != nil { keys = SharedSecret.keys }
    }

    /// Waits until it listens, and reads the keys that it prints before.
    ///
    /// - Throws: ``Refusal`` when it does not come to that.
    func begin() throws {
        let lines = command.lines(through: "listening on")
        guard let last = lines.last, last.contains("listening on"),
            let port = Int(last.split(separator: ":").last ?? "")
        else { throw Refusal(text: lines.joined(separator: "\n")) }
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 2, words[1].hasPrefix("eyJ") { keys[words[0]] = words[1] }
        }
        relay = try alter.map { try AlteringRelay(to: port, alter: $0) }
        self.port = relay?.port ?? port
        if side != nil { feeds.follow(port: self.port, key: keys["anon"] ?? "") }
    }

    /// Joins a feed; what was said until it was live, or refused.
    func join(_ request: GeneratedRequest) -> String {
        let token =
            if case .user(let number) = request.caller {
                SharedSecret.tokens[number]
            } else {
                keys["anon"] ?? ""
            }
        return feeds.join(
            port: port, key: keys["anon"] ?? "", token: token, bindings: request.bodyText ?? "[]")
    }

    /// What the server answers; nil if it does not.
    func answer(to request: GeneratedRequest) -> HTTPAnswer? {
        do {
            let client = try client ?? HTTPClient(port: port)
            self.client = client
            let answer = try client.send(raw: text(of: request), toHead: request.method == "HEAD")
            if answer.field("Connection")?.lowercased() == "close" { self.client = nil }
            translator.learn(from: answer, to: request)
            return answer
        } catch {
            client = nil
            return nil
        }
    }

    /// How long the server takes over its answer.
    func time(_ request: GeneratedRequest) throws -> (answer: HTTPAnswer, time: Duration) {
        let client = try client ?? HTTPClient(port: port)
        self.client = client
        let text = text(of: request)
        let start = ContinuousClock.now
        let answer = try client.send(raw: text)
        return (answer, .now - start)
    }

    private func text(of request: GeneratedRequest) -> String {
        let target = request.target(translator.translate)
        var fields = [("Host", "127.0.0.1")] + credentials(of: request)
        fields += request.fields.map { ($0.name, translator.translate($0.value)) }
        let body = request.bodyText.map(translator.translate)
        if let body {
            if !request.fields.contains(where: { $0.name == "Content-Type" }) {
                fields.append(("Content-Type", "application/json"))
            }
            fields.append(("Content-Length", "\(body.utf8.count)"))
        }
        let head = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
        return "\(request.method) \(target) HTTP/1.1\r\n\(head)\r\n\(body ?? "")"
    }

    private func credentials(of request: GeneratedRequest) -> [(String, String)] {
        let anonymous = ("apikey", keys["anon"] ?? "")
        // Accounts have sessions, everywhere other ones.
        let isShared = side != nil && !request.path.hasPrefix("/auth/")
        switch request.caller {
        case .anonymous: return [anonymous]
        case .service: return [("apikey", keys["service_role"] ?? "")]
        case .user(let number):
            let token =
                isShared ? SharedSecret.tokens[number] : translator.sessions[number]?.accessToken
            return [anonymous] + (token.map { [("Authorization", "Bearer \($0)")] } ?? [])
        case .nobody: return []
        case .forger:
            let token = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.AAAA"
            return [anonymous, ("Authorization", "Bearer \(token)")]
        }
    }
}
