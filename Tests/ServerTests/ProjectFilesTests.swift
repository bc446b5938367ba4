import Foundation
import ServerTestSupport
import TestSupport
import Testing

@testable import Server

/// Which files of a project `apus dev` shows below `/app/`.
@Suite(.timeLimit(.minutes(10))) struct ProjectFilesTests {
    private let project: TestProject
    private let backend: Backend

    init() throws {
        project = try TestProject()
        try project.write("<p>hello</p>", to: "index.html")
        for name in [
            "app.js", "a b.css", ".env", "deep/er/logo.svg", ".git/config", "deep/.secret", "é.txt",
        ] {
            try project.write("of \(name)", to: "public/\(name)")
        }
        try project.write("no", to: "other.html")
        try project.write("no", to: "secret/key.pem")
        backend = try Backend.start(try project.options(), mode: .development)
    }

    private func get(_ path: String, _ fields: [(String, String)] = []) throws -> HTTPAnswer {
        try HTTPClient(port: backend.port).send("GET", path, fields: fields)
    }

    @Test func `the page and what lies in public are shown, with their types`() throws {
        defer { backend.stop() }
        for (path, type, text) in [
            ("", "text/html; charset=utf-8", "<p>hello</p>"),
            ("index.html", "text/html; charset=utf-8", "<p>hello</p>"),
            ("public/app.js", "text/javascript; charset=utf-8", "of app.js"),
            ("public/app.js?v=2", "text/javascript; charset=utf-8", "of app.js"),
            ("public/a%20b.css", "text/css; charset=utf-8", "of a b.css"),
            ("public/deep/er/logo.svg", "image/svg+xml", "of deep/er/logo.svg"),
            ("public/%C3%A9.txt", "text/plain; charset=utf-8", "of é.txt"),
        ] {
            let answer = try get("/app/\(path)")
            #expect(answer.status == 200 && answer.text == text, "\(path)")
            #expect(answer.field("Content-Type") == type)
            let policy = answer.field("Content-Security-Policy") ?? ""
            #expect(
                policy.hasPrefix("default-src 'self'; ")
                    && policy.contains("frame-ancestors 'none'"))
        }
    }

    @Test func `nothing else is shown, whatever a path or a link says`() throws {
        defer { backend.stop() }
        let files = FileManager.default
        let folder = project.root.appending(path: "public").path
        for (name, target) in [
            ("secrets", "../.apus/secrets.json"), ("passwd", "/etc/passwd"), ("out", "../secret"),
            ("hidden", ".env"), ("models", "../Schemas"),
        ] {
            try files.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
        }
        #expect(files.fileExists(atPath: project.data + "/secrets.json"))
        for path in [
            "other.html", "Schemas/models/notes.json", ".apus/secrets.json", "secret/key.pem",
            "public", "public/", "public/.env", "public/.git/config", "public/deep",
            "public/deep/.secret", "public/nothing.js", "public//app.js", "public/./app.js",
            "public/../other.html", "public/..%2fother.html", "public/%2e%2e/other.html",
            "public%2Fapp.js/..", "../other.html", "..%2f..%2fetc/passwd", "%2e%2e/other.html",
            "public/app.js%00", "public/%FF", "public/%zz", "public/secrets", "public/passwd",
            "public/out/key.pem", "public/hidden", "public/models/models/notes.json",
            "index.html/", "INDEX.HTML", "/index.html",
        ] {
            #expect(try get("/app/\(path)").status == 404, "\(path)")
        }
    }

    @Test func `a data directory in public is not shown`() throws {
        defer { backend.stop() }
        let other = try TestProject()
        let data = other.path + "/public/data"
        let server = try Backend.start(try other.options(data: data), mode: .development)
        defer { server.stop() }
        try other.write("shown", to: "public/shown.txt")
        for name in ["secrets.json", "model.schema.json", "lock"] {
            #expect(FileManager.default.fileExists(atPath: "\(data)/\(name)") || name == "lock")
            let client = try HTTPClient(port: server.port)
            #expect(try client.send("GET", "/app/public/data/\(name)").status == 404)
            #expect(try client.send("GET", "/app/public/shown.txt").status == 200)
        }
    }

    @Test func `what has not changed is not sent again`() throws {
        defer { backend.stop() }
        let first = try get("/app/public/app.js")
        let tag = try #require(first.field("ETag"))
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let again = try get("/app/public/app.js", [("If-None-Match", known)])
            #expect(again.status == 304 && again.body.isEmpty && again.field("ETag") == tag)
        }
        try project.write("of another day", to: "public/app.js")
        let changed = try get("/app/public/app.js", [("If-None-Match", tag)])
        #expect(changed.status == 200 && changed.text == "of another day")
        #expect(changed.field("ETag") != tag)
    }

    @Test func `who asks for the head alone is told as much`() throws {
        defer { backend.stop() }
        let whole = try get("/app/")
        let head = try HTTPClient(port: backend.port).send("HEAD", "/app/")
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(head.lines.map(\.name) == whole.lines.map(\.name))
        #expect(head.field("Content-Length") == "\(whole.body.count)")
    }

    @Test func `without a page there is none`() throws {
        defer { backend.stop() }
        try FileManager.default.removeItem(at: project.root.appending(path: "index.html"))
        #expect(try get("/app/").status == 404)
        #expect(try get("/").text.contains("no page"))
    }
}
