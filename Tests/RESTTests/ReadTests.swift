import HTTP
import PostgresTestSupport
import Testing

@testable import REST

/// Columns of every type, nulls, and JSON.
private let things: [String: String] = [
    "things": """
    {"properties": {
       "id": {"type": "integer", "identity": true},
       "name": {"type": "string"}, "n": {"type": "integer"}, "x": {"type": "number"},
       "price": {"type": "string", "format": "decimal", "precision": 12, "scale": 2},
       "ok": {"type": "boolean"}, "at": {"type": "string", "format": "date-time"},
       "key": {"type": "string", "format": "uuid"}, "data": {"type": "object"},
       "parent_id": {"type": "integer",
                     "references": {"model": "things", "as": "parent", "inverse": "children"}}},
     "access": {"all": true}}
    """
]

private let thingRows = [
    #"INSERT INTO things VALUES (1, 'a', 1, 49.0, 1050, 1, '2024-05-01T10:00:00.5+00:00', "#
        + #"'00000000-0000-0000-0000-00000000000a', '{"k":{"v":[10,"x"]},"t":"s"}', NULL)"#,
    "INSERT INTO things VALUES (2, 'B%', NULL, 0.1, -5, 0, NULL, NULL, NULL, 1)",
    "INSERT INTO things VALUES (3, NULL, 3, NULL, NULL, NULL, NULL, NULL, '{}', 1)",
    "INSERT INTO things VALUES (4, 'ä', 9223372036854775807, 1e21, 100, 1, NULL, NULL, NULL, 3)",
]

@Suite(.fewAtOnce) struct ReadTests {
    func get(_ target: String, _ fields: [(String, String)] = []) async throws -> Response {
        try await Library(models: things, data: thingRows).send(.get, target, fields)
    }

    @Test func `a repeated star repeats the columns, as it does in PostgreSQL`() async throws {
        let text = try await get("/things?select=*,id,*&id=eq.3").text
        let once = try await get("/things?id=eq.3").text.dropFirst(2).dropLast(2)
        #expect(text == "[{\(once),\"id\":3,\(once)}]")
    }

    @Test func `every type has its wire form`() async throws {
        let response = try await get("/things?id=eq.1")
        #expect(
            response.text == #"[{"id":1,"name":"a","n":1,"x":49,"price":10.50,"ok":true,"#
                + #""at":"2024-05-01T10:00:00.5+00:00","key":"00000000-0000-0000-0000-00000000000a","#
                + #""data":{"k":{"v":[10,"x"]},"t":"s"},"parent_id":null}]"#)
        let big = try await get("/things?id=eq.4&select=n,x,price")
        #expect(big.text == #"[{"n":9223372036854775807,"x":1e+21,"price":1.00}]"#)
    }

    static let selects: [(String, String)] = [
        ("select=id,a:name&id=eq.1", #"[{"id":1,"a":"a"}]"#),
        ("select=data->k->v->0,t:data->>t&id=eq.1", #"[{"v":10,"t":"s"}]"#),
        ("select=data->k->>v&id=eq.1", #"[{"v":"[10,\"x\"]"}]"#),
        ("select=data->it%27s,data->%22a)%27%22&id=eq.1", ##"[{"it's":null,"a)'":null}]"##),
        ("select=data->nope&id=eq.1", #"[{"nope":null}]"#),
        ("select=name->x&id=eq.1", #"[{"x":null}]"#),
        ("select=id::int8,name::text&id=eq.1", #"[{"id":1,"name":"a"}]"#),
        ("select=n::text,ok::text,key::text&id=eq.2", #"[{"n":null,"ok":"false","key":null}]"#),
        ("select=n::text&id=eq.4", #"[{"n":"9223372036854775807"}]"#),
        ("select=id,parent(name)&id=eq.2", #"[{"id":2,"parent":{"name":"a"}}]"#),
        ("select=id,parent_id(name)&id=eq.2", #"[{"id":2,"parent_id":{"name":"a"}}]"#),
        (
            "select=id,children(id)&id=in.(1,3)&order=id",
            #"[{"id":1,"children":[{"id":2},{"id":3}]},{"id":3,"children":[{"id":4}]}]"#
        ),
        ("select=id,things(id)&id=eq.3", #"[{"id":3,"things":[{"id":4}]}]"#),
        ("select=id,c:things!parent_id(id)&id=eq.3", #"[{"id":3,"c":[{"id":4}]}]"#),
        (
            "select=id,children(id,children(id))&id=eq.1&children.id=eq.3",
            #"[{"id":1,"children":[{"id":3,"children":[{"id":4}]}]}]"#
        ),
        (
            "select=id,children!inner(id)&children.n=gt.1&order=id",
            #"[{"id":1,"children":[{"id":3}]},{"id":3,"children":[{"id":4}]}]"#
        ),
        ("select=id,children!inner()&order=id.desc", #"[{"id":3},{"id":1}]"#),
        (
            "select=id,children(id)&children.order=id.desc&children.limit=1&id=eq.1",
            #"[{"id":1,"children":[{"id":3}]}]"#
        ),
        (
            "select=id,children(id)&children.order=id&children.offset=1&id=eq.1",
            #"[{"id":1,"children":[{"id":3}]}]"#
        ),
        (
            "select=id,children(id)&children.or=(id.eq.2,id.eq.9)&id=eq.1",
            #"[{"id":1,"children":[{"id":2}]}]"#
        ),
        ("select=id,parent()&parent=is.null", #"[{"id":1}]"#),
        ("select=id,parent()&parent=not.is.null&order=id", #"[{"id":2},{"id":3},{"id":4}]"#),
        (
            "select=id,parent()&or=(parent.is.null,and(n.gt.5,parent.not.is.null))&order=id",
            #"[{"id":1},{"id":4}]"#
        ),
        ("select=id,parent()&not.or=(parent.is.null,id.eq.2)&order=id", #"[{"id":3},{"id":4}]"#),
        (
            "select=id,parent(id)&order=parent(name).desc.nullslast,id&id=gt.1",
            #"[{"id":2,"parent":{"id":1}},{"id":3,"parent":{"id":1}},{"id":4,"parent":{"id":3}}]"#
        ),
    ]

    @Test(arguments: selects)
    func `select shapes the answer`(query: String, body: String) async throws {
        let response = try await get("/things?" + query)
        #expect(response.status == 200 && response.text == body)
    }

    static let filters: [(String, String)] = [
        ("n=eq.1", "1"), ("n=neq.1", "3,4"), ("n=not.eq.1", "3,4"), ("n=gt.1", "3,4"),
        ("n=gte.3", "3,4"),
        ("n=lt.3", "1"), ("n=lte.3", "1,3"), ("n=is.null", "2"), ("n=not.is.null", "1,3,4"),
        ("n=in.(1,3)", "1,3"), ("n=not.in.(1,3)", "4"), ("n=in.()", ""), ("ok=is.true", "1,4"),
        ("ok=eq.false", "2"), ("ok=is.unknown", "3"), ("name=like.B*", "2"), ("name=like.b*", ""),
        ("name=ilike.b*", "2"), ("name=ilike.Ä", "4"), ("name=eq.%C3%A4", "4"),
        ("price=eq.10.5", "1"),
        ("price=lt.0", "2"), ("x=eq.49", "1"), ("at=eq.2024-05-01T12:00:00.5%2B02:00", "1"),
        ("at=gte.2024-05-01", "1"), ("key=eq.0000000000000000000000000000000A", "1"),
        ("or=(n.eq.1,name.like.B*)", "1,2"), ("and=(n.gt.1,or(id.eq.3,id.eq.9))", "3"),
        ("not.or=(id.eq.1,id.eq.2)", "3,4"), ("data->>t=eq.s", "1"), ("id=eq.1&name=eq.a", "1"),
        ("name=eq.", ""), ("id=eq(any).{1,3}", "1,3"), ("n=isdistinct.1", "2,3,4"),
        ("\"n\"=eq.1", "1"),
    ]

    @Test(arguments: filters)
    func `filters choose the rows`(query: String, ids: String) async throws {
        let response = try await get("/things?select=id&order=id&" + query)
        let body =
            ids.isEmpty
            ? "[]"
            : "[" + ids.split(separator: ",").map { "{\"id\":\($0)}" }.joined(separator: ",") + "]"
        #expect(response.text == body)
    }

    static let orders: [(String, String)] = [
        ("n", "1,3,4,2"), ("n.desc", "2,4,3,1"), ("n.desc.nullslast", "4,3,1,2"),
        ("n.nullsfirst", "2,1,3,4"),
        ("ok,id.desc", "2,4,1,3"), ("name", "2,1,4,3"), ("data->>t.nullsfirst,id", "2,3,4,1"),
        ("id.desc", "4,3,2,1"),
    ]

    @Test(arguments: orders)
    func `order puts nulls where PostgreSQL does`(order: String, ids: String) async throws {
        let response = try await get("/things?select=id&order=" + order)
        #expect(
            response.text == "["
                + ids.split(separator: ",").map { "{\"id\":\($0)}" }.joined(separator: ",") + "]")
    }

    static let windows: [(String, String?, Int, String)] = [
        ("", nil, 200, "0-3/*"), ("limit=2", nil, 200, "0-1/*"),
        ("limit=2&offset=1", nil, 200, "1-2/*"),
        ("offset=9", nil, 200, "*/*"), ("limit=0", nil, 200, "*/*"),
        ("limit=abc", nil, 200, "0-3/*"),
        ("offset=-5", nil, 200, "0-3/*"), ("", "exact", 200, "0-3/4"),
        ("limit=2", "planned", 206, "0-1/4"),
        ("limit=2&offset=2", "estimated", 206, "2-3/4"), ("offset=4", "exact", 206, "*/4"),
        ("offset=5", "exact", 416, "*/4"), ("id=eq.9", "exact", 200, "*/0"),
        ("limit=0", "exact", 206, "*/4"),
        ("limit=1&limit=3", nil, 200, "0-2/*"),
    ]

    @Test(arguments: windows)
    func `windows and counts are told`(query: String, count: String?, status: Int, range: String)
        async throws
    {
        let response = try await get(
            "/things?select=id&" + query, count.map { [("prefer", "count=\($0)")] } ?? [])
        #expect(response.status == status)
        #expect(response.field("Content-Range") == range)
    }

    @Test func `the Range header narrows the window`() async throws {
        let response = try await get("/things?select=id&order=id", [("range", "1-2")])
        #expect(
            response.text == #"[{"id":2},{"id":3}]"# && response.field("Content-Range") == "1-2/*")
        let both = try await get("/things?select=id&order=id&limit=1&offset=2", [("range", "1-9")])
        #expect(both.text == #"[{"id":3}]"#)
        #expect(try await get("/things", [("range", "5-1")]).status == 416)
        #expect(try await get("/things?limit=-1").status == 416)
        #expect(try await get("/things?limit=0&offset=1").status == 416)
    }

    @Test func `rows are cut off at every level`() async throws {
        let library = try Library(
            models: things, data: thingRows, settings: RESTSettings(rowsMax: 1))
        let response = await library.send(
            .get, "/things?select=id,children(id)&order=id&limit=10", [("prefer", "count=exact")])
        #expect(response.text == #"[{"id":1,"children":[{"id":2}]}]"#)
        #expect(response.status == 206 && response.field("Content-Range") == "0-0/4")
    }

    @Test func `media types shape the body`() async throws {
        let one = try await get(
            "/things?id=eq.1&select=id", [("accept", "application/vnd.pgrst.object+json")])
        #expect(one.text == #"{"id":1}"#)
        #expect(one.field("Content-Type") == "application/vnd.pgrst.object+json; charset=utf-8")
        let many = try await get("/things", [("accept", "application/vnd.pgrst.object+json")])
        #expect(many.status == 406 && many.member("details") == "The result contains 4 rows")
        let stripped = try await get(
            "/things?select=id,n,data&id=in.(2,3)&order=id",
            [("accept", "application/vnd.pgrst.array+json;nulls=stripped")])
        #expect(stripped.text == #"[{"id":2},{"id":3,"n":3,"data":{}}]"#)
        let embedding = try await get(
            "/things?select=id,parent_id,children(id,n)&id=eq.1",
            [("accept", "application/vnd.pgrst.object+json;nulls=stripped")])
        #expect(embedding.text == #"{"id":1,"children":[{"id":2},{"id":3,"n":3}]}"#)
    }

    static let unbuiltTypes: [(accept: String, hint: String)] = [
        ("text/csv", "CSV is not built in this version; ask for application/json."),
        (
            "application/vnd.pgrst.plan+json; for=\"application/json\"; options=;",
            "Plans are not built in this version; ask for application/json."
        ),
        (
            "application/vnd.pgrst.plan+text; options=analyze",
            "Plans are not built in this version; ask for application/json."
        ),
        ("application/geo+json", "GeoJSON is not built in this version; ask for application/json."),
    ]

    @Test(arguments: unbuiltTypes)
    func `a media type that clients know and nobody makes yet is said to be that`(
        accept: String, hint: String
    ) async throws {
        let library = try Library(models: things, data: thingRows)
        let answer = await library.send(.get, "/things", [("accept", accept)])
        #expect(answer.status == 406 && answer.member("code") == "PGRST107")
        #expect(answer.member("hint") == hint, "\(answer.text)")
        let other = await library.send(.get, "/things", [("accept", "image/png")])
        #expect(other.member("code") == "PGRST107" && other.member("hint") == nil)
    }

    @Test func `a plan serves other operands`() async throws {
        let library = try Library(models: things, data: thingRows)
        for _ in 0..<2 {
            for id in 1...4 {
                #expect(
                    await library.get("/things?select=id&id=eq.\(id)&limit=\(id)")
                        == "[{\"id\":\(id)}]")
                let child = await library.get(
                    "/things?select=id,children!inner(id)&children.id=eq.\(id)")
                #expect(child.contains("[{\"id\":\(id)}]") == (id > 1))
            }
        }
        let bad = await library.send(.get, "/things?select=id&id=eq.x&limit=1")
        #expect(bad.status == 400 && bad.member("code") == "22P02")
        let past = await library.send(
            .get, "/things?select=id&offset=7", [("prefer", "count=exact")])
        #expect(past.status == 416)
    }

    @Test func `OPTIONS tells the methods`() async throws {
        let library = try Library()
        let response = await library.send(.options, "/books")
        #expect(
            response.status == 200
                && response.field("Allow") == "OPTIONS,GET,HEAD,POST,PATCH,DELETE")
        #expect(await library.send(.options, "/nope").member("code") == "PGRST205")
    }
}
