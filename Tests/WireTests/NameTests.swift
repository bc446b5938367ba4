import Bytes
import ServerTestSupport
import TestSupport
import Testing

/// Models and columns of any name, through everything that a client can ask.
@Suite(.blocking, .timeLimit(.minutes(10))) struct NameTests {
    private let server: TestBackend

    init() throws {
        server = try TestBackend(
            models: Dictionary(
                WrittenNames.all.map { ($0, WrittenNames.model($0)) },
                uniquingKeysWith: { first, _ in first }))
    }

    @Test func `rows are written, read and refused under any name`() throws {
        for name in WrittenNames.all {
            let named = NamedModel(name, try server.client())
            try named.insert()
            try named.read()
            try named.embed()
            try named.change()
            try named.isRefused()
        }
    }

    @Test func `feeds tell of rows of any name`() throws {
        for name in WrittenNames.all { try follow(name) }
    }

    private func follow(_ name: String) throws {
        do {
            let feed = try server.feed()
            let filter = "\(WrittenNames.quoted(name))=eq.live"
            let bindings: JSON = [
                [
                    "event": "*", "schema": "public", "table": .string(name),
                    "filter": .string(filter),
                ]
            ]
            try feed.join("names", bindings: bindings, token: server.anonymous)
            let named = NamedModel(name, try server.client())
            for value in ["dead", "live"] {
                let row: JSON = ["id": value == "live" ? 2 : 1, name: .string(value)]
                #expect(try named.send("POST", "", row).status == 201, "\(name)")
            }
            let change = try feed.nextChange()
            #expect(change["table"]?.string == name)
            #expect(change["record"]?[name]?.string == "live", "\(name)")
            #expect(try named.send("DELETE", "?\(named.column)=eq.live", nil).status == 204)
            #expect(try feed.nextChange()["old_record"]?["id"] == 2, "\(name)")
        } catch {
            Issue.record(error, "\(name)")
        }
    }
}

/// What is asked of one model.
private struct NamedModel {
    let name: String
    let client: HTTPClient
    /// The column, the relation up and the one down, quoted for a URL.
    let column: String
    let above: String
    let below: String

    init(_ name: String, _ client: HTTPClient) {
        func encoded(_ name: String) -> String {
            PercentEncoding.encode(component: WrittenNames.quoted(name))
        }
        self.name = name
        self.client = client
        column = encoded(name)
        above = encoded(WrittenNames.above(name))
        below = encoded(WrittenNames.below(name))
    }

    func send(
        _ method: String, _ query: String, _ body: JSON?, prefer: String = "return=minimal"
    ) throws -> HTTPAnswer {
        try client.send(
            method, "/rest/v1/\(PercentEncoding.encode(component: name))\(query)",
            body.map { String(decoding: $0.bytes, as: UTF8.self) }, fields: [("Prefer", prefer)])
    }

    private func rows(_ query: String) throws -> JSON {
        JSON(try JSONDocument(parsing: try send("GET", query, nil).body).root)
    }

    private func row(_ members: (String, JSON)...) -> JSON {
        .object(members.map { JSON.Member($0.0, $0.1) })
    }

    func insert() throws {
        let first = row(("id", 1), (name, "one"))
        let answer = try send("POST", "", first, prefer: "return=representation")
        #expect(answer.status == 201, "\(name): \(answer.text)")
        let made = JSON(try JSONDocument(parsing: answer.body).root)
        #expect(made == [row(("id", 1), (name, "one"), ("up", nil))], "\(name)")
        let second = row(("id", 2), (name, "two"), ("up", 1))
        let more = try send(
            "POST", "?columns=id,\(column),up&select=\(column)", [second],
            prefer: "return=representation")
        #expect(JSON(try JSONDocument(parsing: more.body).root) == [row((name, "two"))], "\(name)")
    }

    func read() throws {
        #expect(
            try rows("?select=\(column),up&\(column)=eq.two") == [row((name, "two"), ("up", 1))],
            "\(name)")
        #expect(
            try rows("?select=id&order=\(column).desc.nullslast,id")
                == [row(("id", 2)), row(("id", 1))], "\(name)")
        #expect(
            try rows("?select=id&or=(\(column).eq.one,and(id.eq.9,\(column).is.null))")
                == [row(("id", 1))], "\(name)")
        #expect(
            try rows("?select=short:\(column)&\(column)=in.(two)") == [row(("short", "two"))],
            "\(name)")
    }

    func embed() throws {
        let parent = WrittenNames.above(name)
        #expect(
            try rows("?select=id,\(above)(\(column))&id=eq.2")
                == [row(("id", 2), (parent, row((name, "one"))))], "\(name)")
        #expect(
            try rows("?select=id,p:\(above)!inner(id)&p.\(column)=eq.one&p.order=\(column)")
                == [row(("id", 2), ("p", row(("id", 1))))], "\(name)")
        #expect(
            try rows("?select=id,\(below)(\(column))&id=eq.1")
                == [row(("id", 1), (WrittenNames.below(name), [row((name, "two"))]))], "\(name)")
        #expect(
            try rows("?select=id,c:\(column)!up(id)&id=eq.1")
                == [row(("id", 1), ("c", [row(("id", 2))]))], "\(name)")
        #expect(
            try rows("?select=id,\(above)()&order=\(above)(\(column)),id")
                == [row(("id", 2)), row(("id", 1))], "\(name)")
    }

    func change() throws {
        let answer = try send("PATCH", "?\(column)=eq.one", row((name, "uno")))
        #expect(answer.status == 204, "\(name): \(answer.text)")
        let merged = try send(
            "POST", "?on_conflict=\(column)", row(("id", 2), (name, "two"), ("up", 2)),
            prefer: "resolution=merge-duplicates")
        #expect(merged.status == 200 || merged.status == 201, "\(name): \(merged.text)")
        #expect(
            try rows("?select=\(column),up&order=id")
                == [row((name, "uno"), ("up", nil)), row((name, "two"), ("up", 2))], "\(name)")
        #expect(try send("PATCH", "?id=eq.2", row(("up", 1))).status == 204)
    }

    func isRefused() throws {
        let refusals: [(JSON, code: String, said: String)] = [
            (row(("id", 3), (name, "uno")), "23505", "_key\""),
            (row(("id", 3)), "23502", "null value in column \"\(name)\" of relation \"\(name)\""),
            (row(("id", 3), (name, "unchecked")), "23514", "check constraint \"\(name)\""),
            (row(("id", 3), (name, "x"), ("up", 9)), "23503", "_fkey\""),
            (
                row(("id", 3), (name, "hidden")), "42501",
                "violates row-level security policy for table \"\(name)\""
            ),
        ]
        for (body, code, said) in refusals {
            let answer = JSON(try JSONDocument(parsing: try send("POST", "", body).body).root)
            #expect(answer["code"]?.string == code, "\(name)")
            #expect(answer["message"]?.string?.contains(said) == true, "\(name): \(answer)")
            if code == "23505" {
                #expect(
                    answer["details"]?.string == "Key (\(name))=(uno) already exists.", "\(name)")
            }
        }
        let changed = try send("PATCH", "?id=eq.2", row((name, nil)))
        #expect(JSON(try JSONDocument(parsing: changed.body).root)["code"] == "23502", "\(name)")
        let gone = try send("DELETE", "?\(column)=eq.uno", nil)
        #expect(JSON(try JSONDocument(parsing: gone.body).root)["code"] == "23503", "\(name)")
    }
}
