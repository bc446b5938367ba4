import Bytes
import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// What every path answers to every method and kind of caller, as clients see it: status, the word
/// of the error, `Allow`, in production. The answers are written down in `RouteAnswers`.
@Suite(.timeLimit(.minutes(10))) struct RouteAnswerTests {
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
    /// A POST whose body is announced too long, and one of a media type that is seldom taken.
    static let bodies = ["long", "text"]

    /// What a caller shows: no key, one that is none, a good one, and a bad token beside it.
    static let callers = ["none", "bad", "anon", "forged"]

    @Test func `every path answers every method and caller as written down`() throws {
        let server = try TestBackend(mode: .production(migrate: true))
        var found: [String] = []
        for path in RouteAnswers.paths { found += try Self.lines(path, of: server) }
        if let file = ProcessInfo.processInfo.environment["APUS_ROUTE_ANSWERS"] {
            try Data(found.joined(separator: "\n").utf8).write(to: URL(filePath: file))
        }
        let difference = found.difference(from: RouteAnswers.lines)
        #expect(difference.isEmpty, "\(difference)")
    }

    @Test(arguments: RouteAnswers.paths)
    func `a preflight is answered whatever the path`(path: String) throws {
        let server = try TestBackend(mode: .production(migrate: true))
        let answer = try HTTPClient(port: server.port).send(
            "OPTIONS", path,
            fields: [("Origin", "http://a.example"), ("Access-Control-Request-Method", "PUT")])
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(answer.values("access-control-allow-origin") == ["*"])
        #expect(answer.values("access-control-allow-methods").count == 1)
    }

    /// The path, and a line for each set of callers that are answered alike.
    private static func lines(_ path: String, of server: TestBackend) throws -> [String] {
        var lines: [(callers: [String], answers: String)] = []
        for caller in callers {
            let answers = try summary(path, caller, of: server)
            if let same = lines.firstIndex(where: { $0.answers == answers }) {
                lines[same].callers.append(caller)
            } else {
                lines.append(([caller], answers))
            }
        }
        return [path] + lines.map { "  \($0.callers.joined(separator: " ")): \($0.answers)" }
    }

    /// Every answer to one caller with its methods; the most frequent one stands for all others.
    private static func summary(
        _ path: String, _ caller: String, of server: TestBackend
    ) throws -> String {
        var groups: [(answer: String, methods: [String])] = []
        var answers: [String: HTTPAnswer] = [:]
        for method in methods + bodies {
            let answer = try ask(method, path, caller, of: server)
            expectReadable(answer, "\(method) \(path) \(caller)")
            answers[method] = answer
            var word = word(of: answer)
            if method == "HEAD", let get = answers["GET"], isHead(answer, of: get) {
                word = Self.word(of: get)
            }
            if let same = groups.firstIndex(where: { $0.answer == word }) {
                groups[same].methods.append(method)
            } else {
                groups.append((word, [method]))
            }
        }
        let most = groups.map(\.methods.count).max()
        let common = groups.firstIndex { $0.methods.count == most }
        let named = groups.indices.filter { $0 != common }.map { index in
            "\(groups[index].methods.joined(separator: " ")) \(groups[index].answer)"
        }
        return (named + [common.map { groups[$0].answer } ?? ""]).joined(separator: "; ")
    }

    private static func ask(
        _ method: String, _ path: String, _ caller: String, of server: TestBackend
    ) throws -> HTTPAnswer {
        let client = try HTTPClient(port: server.port)
        var fields = [("Origin", "http://a.example"), ("X-Supabase-Api-Version", "2024-01-01")]
        switch caller {
        case "none": break
        case "bad": fields.append(("apikey", "garbage"))
        case "anon": fields.append(("apikey", server.anonymous))
        default: fields += [("apikey", server.anonymous), ("Authorization", "Bearer x.y.z")]
        }
        switch method {
        case "long":
            return try client.send("POST", path, fields: fields + [("Content-Length", "99999999")])
        case "text":
            let lines = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
            return try client.send(
                raw: "POST \(path) HTTP/1.1\r\nHost: a\r\n\(lines)Content-Type: text/plain\r\n"
                    + "Content-Length: 2\r\n\r\n{}")
        case "POST", "PUT", "PATCH", "DELETE":
            return try client.send(method, path, "{}", fields: fields)
        default: return try client.send(method, path, fields: fields)
        }
    }

    /// Status, what is said of an error, and `Allow`.
    private static func word(of answer: HTTPAnswer) -> String {
        var words = ["\(answer.status)"]
        if let json = try? answer.json {
            let said = json["code"]?.string ?? json["error"]?.string ?? json["message"]?.string
            words += said.map { [RouteAnswers.words[$0] ?? $0] } ?? []
        }
        if let allow = answer.fields["allow"] {
            words.append("[\(RouteAnswers.words[allow] ?? allow)]")
        }
        return words.joined(separator: " ")
    }

    /// Whether an answer to HEAD is the one to GET without its content.
    private static func isHead(_ head: HTTPAnswer, of get: HTTPAnswer) -> Bool {
        head.status == get.status
            && ["allow", "content-type"].allSatisfy {
                head.fields[$0] == get.fields[$0]
            }
    }

    /// Any page may read any answer, and an error says its request's number, unless it is the
    /// server's own about the handshake of a WebSocket.
    private static func expectReadable(_ answer: HTTPAnswer, _ place: String) {
        #expect(answer.values("access-control-allow-origin") == ["*"], "\(place)")
        #expect(answer.values("access-control-expose-headers").count == 1, "\(place)")
        guard answer.status != 426 else { return }
        #expect(answer.values("x-request-id").count == (answer.status < 400 ? 0 : 1), "\(place)")
    }
}
