import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A new user's first hour, at a terminal: a project from nothing, mistakes and what is said of
/// them, what is undone and renamed, and the way to production.
@Suite(.blocking, .timeLimit(.minutes(10))) struct FirstHourTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private var model: URL { folder.url.appending(path: "Schemas/models/todos.json") }

    /// Runs a command to its end, at a terminal.
    private func run(_ words: String...) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(atTerminal: words + ["--project", folder.path])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    /// What somebody writes in the place of what, and what is said of it, at its line.
    struct Mistake: Sendable {
        let old: String
        let new: String
        let told: [String]

        init(_ old: String, _ new: String, _ told: String...) {
            (self.old, self.new, self.told) = (old, new, told)
        }
    }

    static let mistakes: [Mistake] = [
        Mistake(#""realtime": true,"#, #""realtime": true,,"#, "todos.json:15:20:"),
        Mistake(
            #"{"all": "owner_id = auth.uid()"}"#, #"{"all": "owner_id = auth.uid()"},"#,
            "todos.json:16:", "no comma"),
        Mistake(#""realtime": true,"#, #""realtime": true, // live"#, "todos.json:15:", "no comments"),
        Mistake(#""realtime": true,"#, #""realtime": true"#, "todos.json:16:3:", "expected ','"),
        Mistake(#""type": "boolean""#, #""type": "bool""#, "todos.json:8:", "boolean"),
        Mistake(
            #""type": "string", "minLength""#, #""type": "text", "minLength""#, "todos.json:7:",
            "string"),
        Mistake(#""minLength": 1"#, #""minLenght": 1"#, "todos.json:7:", "minLength"),
        Mistake(#""is_done", "created"#, #""done", "created"#, "todos.json:13:", "is_done"),
        Mistake(#""default": false"#, #""default": "no""#, "todos.json:8:"),
        Mistake("owner_id = auth.uid()", "owner_id == auth.uid()", "todos.json:16:", "="),
        Mistake(
            "owner_id = auth.uid()", "owner_id = auth.uid() && is_done", "todos.json:16:", "and"),
        Mistake(
            "owner_id = auth.uid()", "owner_id = auth.uid() || is_done", "todos.json:16:", "or"),
        Mistake("owner_id = auth.uid()", "owner = auth.uid()", "todos.json:16:", "owner_id"),
        Mistake("owner_id = auth.uid()", "owner_id = auth.uuid()", "todos.json:16:", "auth.uid"),
        Mistake("owner_id = auth.uid()", "owner_id = 'me'", "todos.json:16:"),
        Mistake(
            #""default": {"$expr": "auth.uid()"}}"#,
            #""references": {"model": "users"}}"#, "todos.json:6:", "users"),
        Mistake(#""realtime": true"#, #""realtime": "yes""#, "todos.json:15:", "true or false"),
        Mistake(
            #"["owner_id", "created_at"]"#, #"["owner", "created_at"]"#, "todos.json:14:",
            "owner_id"),
    ]

    private func lines(of command: RunningCommand, through end: String) -> [String] {
        var lines: [String] = []
        while let line = command.nextLine() {
            lines.append(line)
            if line.contains(end) { break }
        }
        return lines
    }

    @Test func `from nothing to production`() throws {
        let made = try run("init", "--template", "todo")
        #expect(made.code == 0, "\(made.lines)")
        let dev = try RunningCommand(
            atTerminal: ["dev", "--project", folder.path, "--listen", "127.0.0.1:0"])
        let told = lines(of: dev, through: "listening on")
        let port = try #require(Int(told.last?.split(separator: ":").last ?? ""))
        let key = try #require(
            told.first { $0.contains(" service_role ") }?.split(separator: " ").last)
        let client = try HTTPClient(port: port, key: String(key))
        let owner = "00000000-0000-4000-8000-000000000001"
        let written = try client.send(
            "POST", "/rest/v1/todos", #"{"owner_id": "\#(owner)", "title": "Stay"}"#)
        #expect(written.status == 201)
        let text = try String(contentsOf: model, encoding: .utf8)
        for mistake in Self.mistakes {
            #expect(text.contains(mistake.old), "\(mistake)")
            let faulty = text.replacingOccurrences(of: mistake.old, with: mistake.new)
            try Data(faulty.utf8).write(to: model, options: .atomic)
            let told = lines(of: dev, through: "Schemas/models/")
            #expect(
                mistake.told.allSatisfy { part in told.last?.contains(part) == true },
                "\(mistake): \(told)")
            // What was served goes on.
            #expect(try client.send("GET", "/rest/v1/todos?select=title").text.contains("Stay"))
            try Data(text.utf8).write(to: model, options: .atomic)
            #expect(lines(of: dev, through: "the faults are gone").last != nil)
        }
        try edits(text, dev, client)
        dev.terminate()
        _ = dev.exitCode()
        try deploy()
    }

    /// A column that is tried and taken back, one that is dropped with values, and a rename.
    private func edits(_ text: String, _ dev: RunningCommand, _ client: HTTPClient) throws {
        let tried = text.replacingOccurrences(
            of: #""title":  "#, with: #""due": {"type": "string", "format": "date"}, "title":  "#)
        try Data(tried.utf8).write(to: model, options: .atomic)
        #expect(lines(of: dev, through: "took models").contains { $0.contains("applied column") })
        try Data(text.utf8).write(to: model, options: .atomic)
        #expect(lines(of: dev, through: "took models").contains { $0.contains("took back") })
        let renamed = text.replacingOccurrences(
            of: #""is_done":    {"type": "boolean","#,
            with: #""done":    {"type": "boolean", "renamedFrom": "is_done","#
        ).replacingOccurrences(of: #""is_done", "created"#, with: #""done", "created"#)
        try Data(renamed.utf8).write(to: model, options: .atomic)
        _ = lines(of: dev, through: "took models")
        let rows = try client.send("GET", "/rest/v1/todos?select=title,done").text
        #expect(rows == #"[{"title":"Stay","done":false}]"#)
        let without = renamed.replacingOccurrences(
            of: #""title":      {"type": "string", "minLength": 1, "maxLength": 200},"#, with: ""
        ).replacingOccurrences(of: #""title", "#, with: "")
        try Data(without.utf8).write(to: model, options: .atomic)
        _ = lines(of: dev, through: "'y' and Enter")
        dev.type("no\n")
        _ = lines(of: dev, through: "nothing was dropped")
        try Data(renamed.utf8).write(to: model, options: .atomic)
        _ = lines(of: dev, through: "the faults are gone")
        #expect(try client.send("GET", "/rest/v1/todos?select=title").text.contains("Stay"))
    }

    private func deploy() throws {
        let written = try run("migrate", "new", "first")
        #expect(written.code == 0, "\(written.lines)")
        let check = try run("check")
        #expect(check.code == 0, "\(check.lines)")
        // Somewhere else, from the files alone.
        let data = folder.file("production")
        let serve = try RunningCommand(
            atTerminal: [
                "serve", "--project", folder.path, "--data", data, "--listen", "127.0.0.1:0",
                "--migrate",
            ])
        let told = lines(of: serve, through: "listening on")
        #expect(told.last?.contains("listening on") == true, "\(told)")
        let verify = try run("migrate", "verify", "--data", data)
        #expect(verify.code == 0, "\(verify.lines)")
    }
}
