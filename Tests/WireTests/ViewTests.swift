import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Models whose rows are those of a SELECT, asked over HTTP.
@Suite(.timeLimit(.minutes(10))) struct ViewTests {
    private let server: TestBackend

    private static let models = [
        "authors": """
        {"properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
         "realtime": true, "access": {"all": true}}
        """,
        // Their own rule hides all of them; the view's does not.
        "books": """
        {"softDelete": true, "properties": {"id": {"type": "integer"}, "title": {"type": "string"},
         "price": {"type": "string", "format": "decimal", "precision": 8, "scale": 2},
         "out": {"type": "string", "format": "date-time"}, "author_id": {"type": "integer",
          "references": {"model": "authors", "as": "author", "inverse": "books",
           "onDelete": "cascade"}}}, "realtime": true, "access": {"write": true}}
        """,
        "shelves": """
        {"view": "shelves.sql", "primaryKey": ["author_id"], "required": ["author_id", "n"],
         "properties": {"n": {"type": "integer"}, "author_id": {"type": "integer",
          "references": {"model": "authors", "as": "author", "inverse": "shelf"}},
          "first": {"type": "string", "access": {"read": "auth.uid() is not null"}},
          "worth": {"type": "string", "format": "decimal", "precision": 12, "scale": 2},
          "many": {"type": "boolean"}, "last": {"type": "string", "format": "date-time"}},
         "access": {"read": "n > 0"}}
        """,
        "shelves.sql": """
        -- One row of each author; the engine's own words for the rest.
        SELECT a.id AS author_id, count(b.id) AS n, min(b.title) AS first, sum(b.price) AS worth,
          count(b.id) > 1 AS many, max(b.out) AS last
        FROM authors a LEFT JOIN "books" b ON b.author_id = a.id
        GROUP BY a.id;
        -- The end.
        """,
        "rich": """
        {"view": "rich.sql", "properties": {"id": {"type": "integer", "renamedFrom": "author",
          "references": {"model": "authors", "as": "person", "inverse": "riches"}},
          "name": {"type": "string"}}, "renamedFrom": "wealthy", "access": {"read": true}}
        """,
        "rich.sql": """
        SELECT s.author_id AS id, a.name FROM shelves AS s JOIN authors AS a ON a.id = s.author_id
        WHERE s.n > 1
        """,
        // Rules that look at a view, and a feed of what they show.
        "notes": """
        {"properties": {"id": {"type": "integer"}, "author_id": {"type": "integer",
          "references": {"model": "authors", "as": "author", "onDelete": "cascade"}}},
         "realtime": true, "access": {"write": true, "read":
          "exists(shelves as s where s.author_id = notes.author_id and s.n > 1)"}}
        """,
        "letters": """
        {"properties": {"id": {"type": "integer"}, "author_id": {"type": "integer",
          "references": {"model": "authors", "as": "author"}}},
         "access": {"create": "author.shelf.n > 1", "read": "author.shelf.n = 1"}}
        """,
    ]

    init() throws {
        server = try TestBackend(models: Self.models)
        let service = try server.serviceClient()
        let out = #""out":"2026-01-02T03:04:05Z""#
        for (table, rows) in [
            ("authors", #"[{"id":1,"name":"Ann"},{"id":2,"name":"Bob"},{"id":3,"name":"Cy"}]"#),
            (
                "books",
                #"[{"id":1,"title":"Ash","price":"1.50","author_id":1,\#(out)},"#
                    + #"{"id":2,"title":"Bay","price":"2.25","author_id":1,\#(out)},"#
                    + #"{"id":3,"title":"Cod","price":"4.00","author_id":2,\#(out)}]"#
            ),
            ("notes", #"[{"id":1,"author_id":1},{"id":2,"author_id":2},{"id":3,"author_id":3}]"#),
            ("letters", #"[{"id":1,"author_id":1},{"id":2,"author_id":2}]"#),
        ] {
            let answer = try service.send("POST", "/rest/v1/\(table)", rows)
            #expect(answer.status == 201, "\(answer.text)")
        }
    }

    private func ask(
        _ method: String, _ target: String, _ body: String? = nil, asService: Bool = false,
        prefer: String = "count=exact"
    ) throws -> HTTPAnswer {
        let client = try asService ? server.serviceClient() : server.client()
        return try client.send(
            method, "/rest/v1/\(target)", body, fields: [("Prefer", prefer)])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let target: String
        let answer: String
        var range: String?
        var asService = false
        var testDescription: String { target }

        init(_ target: String, asService: Bool = false, range: String? = nil, is answer: String) {
            (self.target, self.answer) = (target, answer)
            (self.range, self.asService) = (range, asService)
        }
    }

    static let cases = [
        Case(
            "shelves?author_id=eq.1",
            is: #"[{"n":2,"author_id":1,"worth":3.75,"many":true,"#
                + #""last":"2026-01-02T03:04:05+00:00"}]"#),
        Case("shelves?select=author_id,n", range: "0-1/2", is: #"[{"author_id":1,"n":2},{"author_id":2,"n":1}]"#),
        Case(
            "shelves?select=author_id&order=worth.desc&limit=1", range: "0-0/2",
            is: #"[{"author_id":2}]"#),
        Case("shelves?select=author_id&worth=gt.3.8", is: #"[{"author_id":2}]"#),
        Case("shelves?select=author_id&many=is.true", is: #"[{"author_id":1}]"#),
        Case("shelves?select=author_id&last=gt.2026-01-01T00:00:00Z&n=eq.1", is: #"[{"author_id":2}]"#),
        Case("shelves?select=count()", is: #"[{"count":2}]"#),
        Case(
            "shelves?select=author_id,first&order=author_id", asService: true, range: "0-2/3",
            is: #"[{"author_id":1,"first":"Ash"},{"author_id":2,"first":"Cod"},"#
                + #"{"author_id":3,"first":null}]"#),
        // Embedded, in both directions.
        Case(
            "shelves?select=n,author(name)&order=n",
            is: #"[{"n":1,"author":{"name":"Bob"}},{"n":2,"author":{"name":"Ann"}}]"#),
        Case(
            "authors?select=name,shelf(n)&order=id",
            is: #"[{"name":"Ann","shelf":{"n":2}},{"name":"Bob","shelf":{"n":1}},"#
                + #"{"name":"Cy","shelf":null}]"#),
        Case("authors?select=name,shelf!inner()&shelf.n=gt.1", is: #"[{"name":"Ann"}]"#),
        Case("authors?select=name,shelf()&shelf=is.null", is: #"[{"name":"Cy"}]"#),
        Case(
            "authors?select=name,shelf()&order=shelf(n),id&shelf=not.is.null",
            is: #"[{"name":"Bob"},{"name":"Ann"}]"#),
        Case(
            "authors?select=id,riches(name)&id=lt.3&order=id",
            is: #"[{"id":1,"riches":[{"name":"Ann"}]},{"id":2,"riches":[]}]"#),
        // A view of a view, and its former names.
        Case("rich?select=id,name,person(shelf(n))", is: #"[{"id":1,"name":"Ann","person":{"shelf":{"n":2}}}]"#),
        Case("wealthy?select=author&author=eq.1", is: #"[{"author":1}]"#),
        // Rules that read a view.
        Case("notes?select=id", is: #"[{"id":1}]"#),
        Case("letters?select=id", is: #"[{"id":2}]"#),
        Case("authors?select=id,notes(id)&id=lt.3&order=id", is: #"[{"id":1,"notes":[{"id":1}]},{"id":2,"notes":[]}]"#),
    ]

    @Test(arguments: cases) func `are read as tables are`(one: Case) throws {
        let answer = try ask("GET", one.target, asService: one.asService)
        #expect(answer.text == one.answer)
        if let range = one.range { #expect(answer.field("Content-Range") == range) }
    }

    @Test func `show no row that is deleted softly`() throws {
        #expect(try ask("DELETE", "books?id=eq.3", asService: true).status == 204)
        #expect(try ask("GET", "shelves?select=author_id").text == #"[{"author_id":1}]"#)
        let all = try ask("GET", "shelves?select=n&author_id=eq.2", asService: true)
        #expect(all.text == #"[{"n":0}]"#)
        let other = "shelves?select=n,author(name,books(id))&author_id=eq.2"
        let deleted = try ask(
            "GET", other + "&author.books.deleted_at=not.is.null", asService: true)
        #expect(
            deleted.text == #"[{"n":0,"author":{"name":"Bob","books":[{"id":3}]}}]"#,
            "the table's own name means the table")
    }

    @Test(arguments: [false, true]) func `are written by nobody`(asService: Bool) throws {
        for (method, target, body, words) in [
            ("POST", "shelves", #"{"n":1}"#, "insert into"),
            ("PATCH", "shelves?n=eq.1", #"{"n":1}"#, "update"),
            ("DELETE", "shelves?n=eq.1", nil, "delete from"),
        ] {
            let answer = try ask(method, target, body, asService: asService)
            #expect(answer.status == 500)
            #expect(try answer.json["code"] == "55000")
            #expect(try answer.json["message"]?.string == "cannot \(words) view \"shelves\"")
        }
        #expect(try ask("OPTIONS", "shelves").field("Allow") == "OPTIONS,GET,HEAD")
    }

    @Test func `are looked at by the rules of writes`() throws {
        let one = try ask("POST", "letters", #"{"id":8,"author_id":1}"#)
        #expect(one.status == 201, "\(one.text)")
        let two = try ask("POST", "letters", #"{"id":9,"author_id":2}"#)
        #expect(try two.json["code"] == "42501")
    }

    @Test func `have no feed`() throws {
        let feed = try server.feed()
        let binding: JSON = ["event": "*", "schema": "public", "table": "shelves"]
        _ = try feed.push(
            "shelves", "phx_join", ["config": ["postgres_changes": [binding]]])
        var told = try feed.next()
        while told["event"] != "system" { told = try feed.next() }
        #expect(told["payload"]?["status"] == "error")
        #expect(told["payload"]?["message"]?.string?.contains("shelves") == true)
    }

    /// A row that goes together with those that its rule looked at, through a view, is told to
    /// those who could see it.
    @Test func `are asked about rows as they were`() throws {
        let feed = try server.feed()
        try feed.join(
            "notes", bindings: [["event": "*", "schema": "public", "table": "notes"]],
            token: server.anonymous)
        #expect(try ask("POST", "notes", #"{"id":9,"author_id":1}"#).status == 201)
        while try feed.nextChange()["record"]?["id"] != 9 {}
        #expect(try ask("DELETE", "letters?id=gt.0", asService: true).status == 204)
        #expect(try ask("DELETE", "authors?id=in.(2,1)", asService: true).status == 204)
        let gone = try (0..<2).map { _ in try feed.nextChange()["old_record"]?["id"] }
        #expect(Set(gone) == [1, 9], "note 2 was hidden")
    }
}
