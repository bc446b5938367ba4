import Expressions
import HTTP
import PostgresTestSupport
import Store
import TestSupport
import Testing
import Values

@testable import REST

/// Plans are kept by the shape of a request: whoever asks again, with other values or as another
/// caller, is answered as if nobody had asked before.
@Suite(.fewAtOnce) struct KeptPlanTests {
    static let models: [String: String] = [
        "notes": """
        {"properties": {"id": {"type": "integer"}, "slug": {"type": "string"},
           "owner": {"type": "string", "default": {"$expr": "auth.email()"}},
           "title": {"type": "string", "minLength": 2},
           "open": {"type": "boolean", "default": false},
           "rank": {"type": "integer", "default": 7, "maximum": 90},
           "secret": {"type": "string", "default": "s",
                      "access": {"read": "auth.role() = 'editor'"}},
           "grade": {"type": "integer", "access": {"update": "auth.role() = 'editor'",
                     "create": "auth.role() = 'editor'"}},
           "pin": {"type": "string", "access": {"read": "owner = auth.email()",
                   "create": "owner = auth.email()"}},
           "by": {"type": "string", "onUpdate": {"$expr": "auth.email()"}, "readOnly": true}},
         "required": ["title"], "unique": [["slug"]],
         "access": {"read": "open or owner = auth.email()",
           "create": "owner = auth.email() or auth.role() = 'editor'",
           "update": {"using": "owner = auth.email()", "check": "rank < 50"},
           "delete": "owner = auth.email()"}}
        """,
        "lines": """
        {"properties": {"id": {"type": "integer", "identity": true},
           "note": {"type": "integer", "references": {"model": "notes", "inverse": "lines"}},
           "text": {"type": "string"}},
         "required": ["text"], "access": {"all": true}}
        """,
    ]

    static let rows = [
        """
        INSERT INTO notes (id, slug, owner, title, open, rank, secret, grade, pin) VALUES
        (1, 'a', 'ann@x', 'of Ann', 1, 1, 's1', 1, 'p1'),
        (2, 'b', 'ann@x', 'of Ann too', 0, 2, 's2', 2, 'p2'),
        (3, 'c', 'bob@x', 'of Bob', 1, 3, 's3', 3, 'p3'),
        (4, 'd', 'bob@x', 'of Bob too', 0, 4, 's4', 4, 'p4')
        """,
        "INSERT INTO lines (id, note, text) VALUES (1, 1, 'x'), (2, 3, 'y'), (3, NULL, 'z')",
    ]

    struct Shape: Sendable {
        let method: HTTP.Method
        let target: String
        let prefer: String
        let body: String
        let accept: String

        init(
            _ method: HTTP.Method, _ target: String, _ prefer: String = "", _ body: String = "",
            accept: String = "application/json"
        ) {
            self.method = method
            self.target = target
            self.prefer = prefer
            self.body = body
            self.accept = accept
        }
    }

    static let callers = [
        Identity.anonymous, Identity(role: .authenticated, email: "ann@x"),
        Identity(role: .authenticated, email: "bob@x"),
        Identity(role: Role(rawValue: "editor"), email: "ann@x"),
        Identity.service,
    ]

    static let returns = ["", "return=minimal", "return=representation", "return=headers-only"]

    /// Requests with `#` in the place of a small number, which differs from one to the next.
    static let shapes: [Shape] = reads + inserts + upserts + updates + deletions

    static let reads = [
        Shape(.get, "/notes?id=eq.#"), Shape(.get, "/notes?rank=gte.#&limit=#"),
        Shape(.get, "/notes?id=eq.%00#"), Shape(.get, "/notes?select=id,secret&id=eq.#"),
        Shape(.get, "/lines?select=id,notes(id,title)&notes.id=eq.#"),
    ]

    static let inserts =
        returns.flatMap { prefer in
            [
                Shape(.post, "/notes", prefer, #"{"id":#1,"title":"new #"}"#),
                Shape(.post, "/notes", prefer, #"{"title":"new #","id":#2}"#),
                Shape(.post, "/notes", prefer, #"{"id":#3,"title":"n","rank":#}"#),
                Shape(
                    .post, "/notes", prefer,
                    #"[{"id":#4,"title":"one"},{"id":1#4,"title":"2#"}]"#),
                Shape(
                    .post, "/notes", prefer,
                    #"{"id":#5,"title":"of #","owner":"ann@x","open":true}"#),
                Shape(
                    .post, "/lines?select=text,notes(id,secret)", prefer,
                    #"{"note":#,"text":"t#"}"#),
                Shape(.post, "/lines", prefer, #"{"text":"t#"}"#),
            ]
        } + [
            Shape(.post, "/notes", "", #"{"id":#6,"title":null}"#),
            Shape(.post, "/notes", "", #"{"id":#6,"title":"ok","grade":#}"#),
            Shape(.post, "/notes", "", #"{"id":#6,"title":"ok","pin":"p#"}"#),
            Shape(.post, "/notes", "", #"{"id":#6,"title":"ok","by":"me"}"#),
            Shape(.post, "/notes", "", #"{"id":#6,"title":"ok","nope":1}"#),
            Shape(.post, "/notes", "", #"{"id":"x#","title":"ok"}"#),
            Shape(.post, "/notes", "", #"{"id":#6,"title":"ok""#),
            Shape(.post, "/notes", "", #"[{"id":#6,"title":"ok"},{"id":#7}]"#),
            Shape(.post, "/notes", "", #"[{"id":#6,"title":"ok"},{"title":"ok","id":#7}]"#),
            Shape(.post, "/notes", "", #"[{"id":#6,"title":"ok"},#]"#),
            Shape(.post, "/notes?columns=id,title", "", #"[{"id":#6,"title":"ok","rank":1},#]"#),
            Shape(
                .post, "/notes?columns=id,title,rank", "return=representation",
                #"[{"id":#6,"title":"ok","more":1},{"id":#7,"title":"ok"}]"#),
            Shape(
                .post, "/notes?columns=id,title,rank", "return=representation,missing=default",
                #"[{"id":#6,"title":"ok","more":1},{"id":#7,"title":"ok","rank":#}]"#),
            Shape(.post, "/notes?id=eq.#", "return=representation", #"{"id":#8,"title":"ok"}"#),
            Shape(
                .post, "/notes", "return=representation", #"{"id":#9,"title":"ok"}"#,
                accept: "application/vnd.pgrst.object+json"),
            Shape(
                .post, "/notes", "return=representation",
                #"[{"id":#9,"title":"ok"},{"id":9#9,"title":"ok"}]"#,
                accept: "application/vnd.pgrst.object+json"),
            Shape(
                .post, "/notes?select=id,lines(text)&lines.text=eq.#", "return=representation",
                #"{"id":#9,"title":"ok","open":true}"#),
            Shape(
                .post, "/lines?select=id,notes!inner(id)", "return=representation",
                #"[{"note":#,"text":"t#"},{"note":1,"text":"u#"}]"#),
            Shape(.post, "/notes", "", "[]"), Shape(.post, "/notes", "", "{}"),
            Shape(.post, "/notes", "handling=strict,tea=hot", #"{"id":#6,"title":"ok"}"#),
        ]

    static let upserts = ["merge-duplicates", "ignore-duplicates"].flatMap { resolution in
        let prefer = "return=representation,resolution=\(resolution)"
        return [
            Shape(.post, "/notes", prefer, #"{"id":#,"title":"up #","owner":"ann@x"}"#),
            Shape(.post, "/notes", prefer, #"[{"id":#,"title":"up"},{"id":#0,"title":"ins"}]"#),
            Shape(
                .post, "/notes?on_conflict=slug", prefer,
                #"{"id":#0,"slug":"a","title":"by slug #"}"#),
            Shape(
                .post, "/notes?on_conflict=slug", prefer,
                #"{"slug":"a","title":"t#","owner":"ann@x"}"#),
            Shape(.post, "/notes?on_conflict=title", prefer, #"{"id":#,"title":"up #"}"#),
            Shape(.post, "/notes", prefer, #"{"id":#,"title":"high","owner":"ann@x","rank":#9}"#),
        ]
    }

    static let updates =
        returns.flatMap { prefer in
            [
                Shape(.patch, "/notes?id=eq.#", prefer, #"{"title":"set #"}"#),
                Shape(.patch, "/notes?id=eq.#&rank=lt.#", prefer, #"{"rank":#,"title":"r #"}"#),
                Shape(.patch, "/notes?or=(id.eq.1,id.eq.#)", prefer, #"{"open":true}"#),
                Shape(
                    .patch, "/lines?id=eq.#&select=id,notes(title)&notes.rank=gt.#", prefer,
                    #"{"text":"u#"}"#),
            ]
        } + [
            Shape(.patch, "/notes?id=eq.#", "", #"{"rank":#9}"#),
            Shape(.patch, "/notes?id=eq.#", "", #"{"grade":#}"#),
            Shape(.patch, "/notes?id=eq.#", "", #"{"title":"x"}"#),
            Shape(.patch, "/notes?id=eq.#", "", #"{"title":null}"#),
            Shape(.patch, "/notes?id=eq.#", "", #"{"slug":"a"}"#),
            Shape(.patch, "/notes?id=eq.x#", "", #"{"title":"ok"}"#),
            Shape(.patch, "/notes?secret=eq.s#", "", #"{"title":"ok"}"#),
            Shape(.patch, "/notes?id=gt.#&limit=#", "", #"{"title":"ok"}"#),
            Shape(.patch, "/notes?id=gt.#&columns=rank,by", "missing=default", #"{"title":"ok"}"#),
            Shape(.patch, "/notes?id=gt.#", "handling=strict,max-affected=1", #"{"open":false}"#),
            Shape(.patch, "/lines?id=eq.#", "", #"{"note":#7}"#),
            Shape(.patch, "/notes?id=eq.#", "return=representation", "{}"),
            Shape(.patch, "/notes", "", #"{"title":"all"}"#),
        ]

    static let deletions = returns.flatMap { prefer in
        [
            Shape(.delete, "/lines?id=eq.#", prefer), Shape(.delete, "/notes?id=eq.#", prefer),
            Shape(.delete, "/notes?title=like.*#&select=id,lines(text)&lines.text=eq.#", prefer),
            Shape(.delete, "/notes", prefer),
        ]
    }

    /// The whole answer to a request with `number` in its holes.
    func send(
        _ shape: Shape, _ number: Int, to library: Library, as caller: Identity
    ) async -> String {
        func filled(_ text: String) -> String {
            text.split(separator: "#", omittingEmptySubsequences: false)
                .joined(separator: "\(number)")
        }
        var fields = [("accept", shape.accept)]
        if !shape.prefer.isEmpty { fields.append(("prefer", shape.prefer)) }
        let response = await library.send(
            shape.method, filled(shape.target), fields, body: filled(shape.body), as: caller)
        let head = String(decoding: response.fieldLines, as: UTF8.self)
        return "\(response.status)\n\(head)\n\(response.text)"
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func `a kept plan and a new one answer alike`(seed: UInt64) async throws {
        let kept = try Library(models: Self.models, data: Self.rows)
        let new = try Library(models: Self.models, data: Self.rows)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<600 {
            let shape = Self.shapes.randomElement(using: &random) ?? Self.shapes[0]
            let caller = Self.callers.randomElement(using: &random) ?? .anonymous
            let number = Int.random(in: 1...6, using: &random)
            let answer = await send(shape, number, to: kept, as: caller)
            let expected = await send(shape, number, to: try new.restarted(), as: caller)
            #expect(answer == expected, "\(shape) \(number) as \(caller.role)")
        }
        for sql in Self.contents { #expect(try kept.values(sql) == new.values(sql)) }
    }

    @Test func `a field without a value is another request than none`() async throws {
        let library = try Library(models: Self.models, data: Self.rows)
        let plain = await library.send(.get, "/lines?select=id")
        let nameless = await library.send(.get, "/lines?select=id", [("Accept-Profile", "")])
        #expect(plain.status == 200)
        #expect(nameless.status == 406)
    }

    /// The function that makes one value of a row.
    private static let array = TestEngine.isPostgres ? "json_build_array" : "json_array"

    static let contents = [
        "SELECT \(array)(id, slug, owner, title, open, rank, secret, grade, pin, by) FROM notes "
            + "ORDER BY id",
        "SELECT \(array)(id, note, text) FROM lines ORDER BY id",
    ]
}
