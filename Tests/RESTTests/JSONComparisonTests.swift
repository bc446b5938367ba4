import HTTP
import PostgresTestSupport
import Testing

@testable import REST

/// What `->` finds is JSON: equal as PostgreSQL's `jsonb` is, and without an order for now.
@Suite(.fewAtOnce) struct JSONComparisonTests {
    static let models: [String: String] = [
        "docs": """
        {"properties": {"id": {"type": "integer"}, "data": {"type": "object"},
           "name": {"type": "string"},
           "parent_id": {"type": "integer",
                         "references": {"model": "docs", "as": "parent", "inverse": "children"}}},
         "access": {"all": true}}
        """
    ]

    static let rows = [
        #"INSERT INTO docs VALUES (1, '{"n":9,"s":"a\"b"}', 'a', NULL)"#,
        #"INSERT INTO docs VALUES (2, '{"n":10,"o":{"a":1,"bb":[1.50,"x"]}}', 'b', 1)"#,
        #"INSERT INTO docs VALUES (3, '{"n":10.0,"s":"10"}', 'c', 1)"#,
        #"INSERT INTO docs VALUES (4, '{"n":1E+1}', 'd', NULL)"#,
        #"INSERT INTO docs VALUES (5, '{"n":null}', 'e', NULL)"#,
        #"INSERT INTO docs VALUES (6, NULL, 'f', NULL)"#,
        #"INSERT INTO docs VALUES (7, '{"n":-0.0}', 'g', NULL)"#,
    ]

    func get(_ target: String) async throws -> Response {
        try await Library(models: Self.models, data: Self.rows).send(.get, target)
    }

    /// The request and the value it would have to put in order.
    static let ordered: [(String, String)] = [
        ("order=data->n", "data->n"), ("order=data->n.desc.nullslast", "data->n"),
        ("order=id,data->o->bb->0", "data->o->bb->0"), ("order=data", "data"),
        ("order=parent(data->n)&select=id,parent(id)", "data->n"),
        ("children.order=data->n&select=id,children(id)", "data->n"),
        ("children.children.order=data->n&select=id,children(id,children(id))", "data->n"),
        ("data->n=gt.5", "data->n"), ("data->n=gte.5", "data->n"), ("data->n=lt.5", "data->n"),
        ("data->n=lte.5", "data->n"), ("data->n=not.gt.5", "data->n"),
        ("data->n=gt(any).{1,2}", "data->n"), ("data->n=lt(all).{1,2}", "data->n"),
        ("or=(id.eq.1,data->o->a.lt.5)", "data->o->a"), (#"data=gt.{"n":1}"#, "data"),
        ("children.data->n=gt.5&select=id,children(id)", "data->n"),
        ("data->-1=gt.5", "data->-1"), (#"data->"a.b"=gt.5"#, "data->a.b"),
    ]

    @Test(arguments: ordered)
    func `json values are not put in order`(query: String, path: String) async throws {
        let response = try await get("/docs?" + query.replacing("\"", with: "%22"))
        #expect(response.status == 400 && response.member("code") == "0A000", "\(response.text)")
        #expect(response.member("message")?.contains("\"\(path)\"") == true, "\(response.text)")
        #expect(response.member("hint")?.contains("->>") == true)
    }

    static let texts: [(String, String)] = [
        ("order=data->>n.desc,id&data->>n=not.is.null", "1,4,3,2,7"),
        ("data->>n=gt.5&order=id", "1"), ("data->>n=lt.2&order=id", "2,3,4,7"),
        ("data->>n=eq.10&order=id", "2"), ("data->>n=in.(10,10.0)&order=id", "2,3"),
    ]

    /// Some of the rows were written before numbers had one form: PostgreSQL never held such.
    @Test(.sqliteOnly, arguments: texts)
    func `what is read with ->> is text`(query: String, ids: String) async throws {
        #expect(try await get("/docs?select=id&" + query).text == Self.body(ids))
    }

    static let equal: [(String, String)] = [
        ("data->n=eq.10", "2,3,4"), ("data->n=eq.10.00", "2,3,4"), ("data->n=eq.1e1", "2,3,4"),
        ("data->n=eq.100E-1", "2,3,4"), ("data->n=neq.10", "1,5,7"),
        ("data->n=not.eq.1e1", "1,5,7"),
        ("data->n=in.(9,1e1)", "1,2,3,4"), ("data->n=not.in.(9,10)", "5,7"),
        ("data->n=isdistinct.10.0", "1,5,6,7"), ("data->n=not.isdistinct.10.0", "2,3,4"),
        ("data->n=eq(any).{9,10.000}", "1,2,3,4"), ("data->n=eq(all).{10,10.0}", "2,3,4"),
        ("data->n=eq.0", "7"), ("data->n=eq.1", ""), ("data->n=eq.1e2", ""),
        ("data->n=eq.null", "5"),
        ("data->n=is.null", "6"), ("data->>n=is.null", "5,6"),
        (#"data->s=eq."a\"b""#, "1"), (#"data->s=eq."a\u0022b""#, "1"), (#"data->s=eq."10""#, "3"),
        ("data->s=eq.10", ""), (#"data->s=eq."10.0""#, ""),
        (#"data->o=eq.{"bb":[1.5,"x"],"a":1.0}"#, "2"), (#"data->o->bb=eq.[15e-1, "x"]"#, "2"),
        (#"data->o->bb=eq.["x",1.5]"#, ""), (#"data=eq.{"n":1e1}"#, "4"),
        (#"data=eq.{"s":"10","n":10}"#, "3"), (#"data->o=eq.{"bb":[1.5,"x"],"a":1,"a":2}"#, ""),
        (#"or=(data->n.eq.10.0,data->s.eq."\"a\\\"b\"")"#, "1,2,3,4"),
    ]

    @Test(arguments: equal)
    func `json values are equal as jsonb is`(query: String, ids: String) async throws {
        let escaped = query.replacing("\"", with: "%22").replacing("\\", with: "%5C")
            .replacing("+", with: "%2B")
        let response = try await get("/docs?select=id&order=id&" + escaped)
        #expect(response.text == Self.body(ids))
    }

    @Test(arguments: ["data->s=eq.x", "data->s=in.(\"x\")", "data->n=eq.01", "data->n=eq."])
    func `what is no json is no value to compare json with`(query: String) async throws {
        let response = try await get("/docs?" + query.replacing("\"", with: "%22"))
        #expect(response.status == 400 && response.member("code") == "22P02", "\(response.text)")
    }

    @Test(arguments: ["data->n=eq.1e200000", "data->n=in.(1,1e-20000)", "data=eq.[1e131072]"])
    func `a number that numeric cannot hold is compared with nothing`(query: String) async throws {
        let response = try await get("/docs?" + query)
        #expect(response.status == 400 && response.member("code") == "22003", "\(response.text)")
    }

    /// Row 4 was written before numbers had one form.
    @Test(.sqliteOnly)
    func `numbers are stored in one form, and older rows stay as they are`() async throws {
        let library = try Library(models: Self.models, data: Self.rows)
        let inserted = await library.send(
            .post, "/docs?select=id,data", [("prefer", "return=representation")],
            body: #"{"id":8,"name":"h","data":{"n":1E+1,"l":[-0,2.50,1.5e-3]}}"#)
        #expect(inserted.text == #"[{"id":8,"data":{"l":[0,2.50,0.0015],"n":10}}]"#)
        let read = await library.send(.get, "/docs?select=data,data->>n&id=gte.4&data->n=eq.10")
        #expect(
            read.text == #"[{"data":{"n":1E+1},"n":"1E+1"},"#
                + #"{"data":{"l":[0,2.50,0.0015],"n":10},"n":"10"}]"#)
        _ = await library.send(.patch, "/docs?id=eq.4", body: #"{"data":{"n":1E+1}}"#)
        let written = await library.send(.get, "/docs?select=data&id=eq.4")
        #expect(written.text == #"[{"data":{"n":10}}]"#)
    }

    private static func body(_ ids: String) -> String {
        "[" + ids.split(separator: ",").map { "{\"id\":\($0)}" }.joined(separator: ",") + "]"
    }
}
