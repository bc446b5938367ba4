import Bytes
import ServerTestSupport
import TestSupport
import Testing

/// References of several columns and with names of their own, as clients meet them.
@Suite(.blocking, .timeLimit(.minutes(10))) struct ReferenceTests {
    private let server: TestBackend
    private let client: HTTPClient

    private static let models = [
        "tenants": #"""
        {"properties": {"id": {"type": "integer"}}, "realtime": true, "access": {"all": true}}
        """#,
        "orders": #"""
        {"properties": {"tenant_id": {"type": "integer", "references": {"model": "tenants",
            "onDelete": "cascade", "name": "owner of order"}}, "id": {"type": "integer"},
          "isOpen": {"type": "boolean", "default": true}}, "required": ["tenant_id", "id", "isOpen"],
         "primaryKey": ["tenant_id", "id"], "realtime": true, "access": {"all": true}}
        """#,
        "lines": #"""
        {"properties": {"id": {"type": "integer"}, "tenant_id": {"type": "integer"},
          "order_id": {"type": "integer"}, "former_id": {"type": "integer"}},
         "references": [
          {"columns": ["tenant_id", "order_id"], "model": "orders", "to": ["tenant_id", "id"],
           "as": "order", "inverse": "lines", "onDelete": "cascade", "name": "order_line"},
          {"columns": ["tenant_id", "former_id"], "model": "orders", "as": "former",
           "onDelete": "cascade"}],
         "realtime": true,
         "access": {"read": true, "delete": true, "update": true,
          "create": "tenant_id is null or order_id is null or \"order\".\"isOpen\""}}
        """#,
        "nodes": #"""
        {"properties": {"id": {"type": "integer"}, "up": {"type": "integer",
            "references": {"model": "nodes", "as": "above"}}}, "required": ["up"],
         "access": {"all": true}}
        """#,
        "notes": #"""
        {"properties": {"id": {"type": "integer"}, "order_id": {"type": "integer"}},
         "access": {"read": "exists(lines as l where l.\"order\".id = notes.order_id)",
          "create": true}}
        """#,
    ]

    init() throws {
        server = try TestBackend(models: Self.models)
        client = try server.client()
        try post("tenants", #"[{"id": 1}, {"id": 2}]"#)
        try post(
            "orders",
            #"[{"tenant_id": 1, "id": 7}, {"tenant_id": 1, "id": 8}, {"tenant_id": 2, "id": 7}]"#)
        try post(
            "lines",
            #"[{"id": 1, "tenant_id": 1, "order_id": 7}, {"id": 2, "tenant_id": 2, "order_id": 7}]"#)
    }

    private func post(_ table: String, _ body: String) throws {
        let answer = try client.send("POST", "/rest/v1/\(table)?columns=\(Self.columns(body))", body)
        #expect(answer.status == 201, "\(answer.text)")
    }

    /// The names in the first object.
    private static func columns(_ body: String) -> String {
        guard let root = try? JSONDocument(parsing: Array(body.utf8)).root,
            let row = root.kind == .array ? root.elements.first : root
        else { return "" }
        return row.members.map { $0.key.string ?? "" }.joined(separator: ",")
    }

    private func get(_ target: String) throws -> String {
        try client.send("GET", "/rest/v1/\(target)").text
    }

    @Test func `rows are embedded both ways by all columns`() throws {
        #expect(
            try get("lines?select=id,order(tenant_id,id)&order=id")
                == #"[{"id":1,"order":{"tenant_id":1,"id":7}},{"id":2,"order":{"tenant_id":2,"id":7}}]"#
        )
        #expect(
            try get("orders?select=tenant_id,id,lines(id)&order=tenant_id,id")
                == #"""
                [{"tenant_id":1,"id":7,"lines":[{"id":1}]},{"tenant_id":1,"id":8,"lines":[]},\#
                {"tenant_id":2,"id":7,"lines":[{"id":2}]}]
                """#)
        #expect(
            try get("lines?select=id,o:orders!order_line!inner(id)&o.tenant_id=eq.2")
                == #"[{"id":2,"o":{"id":7}}]"#)
        #expect(
            try get("orders?select=id,tenants!owner%20of%20order(id)&id=eq.8")
                == #"[{"id":8,"tenants":{"id":1}}]"#)
        #expect(try client.send("GET", "/rest/v1/lines?select=id,orders(id)").status == 300)
    }

    @Test func `a broken reference is told by its name and all its values`() throws {
        let body = #"{"id": 3, "tenant_id": 2, "order_id": 8}"#
        let denied = try server.serviceClient().send("POST", "/rest/v1/lines", body)
        #expect(denied.status == 409)
        let answer = JSON(try JSONDocument(parsing: denied.body).root)
        #expect(answer["code"] == "23503")
        #expect(
            answer["message"]?.string
                == "insert or update on table \"lines\" violates foreign key constraint "
                + "\"order_line\"")
        #expect(
            answer["details"]?.string
                == "Key (tenant_id, order_id)=(2, 8) is not present in table \"orders\".")
        let other = try client.send("POST", "/rest/v1/orders", #"{"tenant_id": 9, "id": 1}"#)
        #expect(other.text.contains("owner of order"))
        // A null refers to nothing, whatever the other column holds.
        try post("lines", #"{"id": 4, "tenant_id": null, "order_id": 8}"#)
        try post("lines", #"{"id": 5, "tenant_id": 9, "order_id": null}"#)
    }

    @Test func `rules follow a reference by all its columns`() throws {
        let closing = try client.send(
            "PATCH", "/rest/v1/orders?tenant_id=eq.2&id=eq.7", #"{"isOpen": false}"#)
        #expect(closing.status == 204)
        try post("lines", #"{"id": 3, "tenant_id": 1, "order_id": 7}"#)
        let denied = try client.send(
            "POST", "/rest/v1/lines", #"{"id": 6, "tenant_id": 2, "order_id": 7}"#)
        #expect(try denied.json["code"] == "42501")
        try post("notes", #"[{"id": 1, "order_id": 7}, {"id": 2, "order_id": 8}]"#)
        #expect(try get("notes?select=id") == #"[{"id":1}]"#)
    }

    @Test func `a row may have to refer to itself, or to one of the same request`() throws {
        try post("nodes", #"{"id": 1, "up": 1}"#)
        try post("nodes", #"[{"id": 2, "up": 3}, {"id": 3, "up": 2}]"#)
        #expect(
            try get("nodes?select=id,above(up)&order=id")
                == #"[{"id":1,"above":{"up":1}},{"id":2,"above":{"up":2}},{"id":3,"above":{"up":3}}]"#)
        #expect(try client.send("DELETE", "/rest/v1/nodes?id=eq.2").status == 409)
        #expect(try client.send("DELETE", "/rest/v1/nodes?id=in.(2,3)").status == 204)
        #expect(try client.send("DELETE", "/rest/v1/nodes?id=eq.1").status == 204)
    }

    @Test func `a cascade through both is told to feeds`() throws {
        let feed = try server.feed()
        let bindings: JSON = [["event": "DELETE", "schema": "public", "table": "*"]]
        try feed.join("cascade", bindings: bindings, token: server.anonymous)
        #expect(try client.send("DELETE", "/rest/v1/tenants?id=eq.1").status == 204)
        var tables: [String] = []
        for _ in 0..<4 { tables.append(try feed.nextChange()["table"]?.string ?? "") }
        #expect(tables.sorted() == ["lines", "orders", "orders", "tenants"])
        #expect(try get("lines?select=id") == #"[{"id":2}]"#)
    }
}
