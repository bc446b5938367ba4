import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Columns that the store computes: read, filtered, judged and told like others, and never written.
@Suite(.timeLimit(.minutes(10))) struct ComputedColumnTests {
    private let server: TestBackend

    init() throws {
        server = try TestBackend(
            models: [
                "people": """
                {"properties": {"id": {"type": "integer", "identity": true},
                 "first": {"type": "string"}, "last": {"type": "string", "default": "Doe"},
                 "name": {"type": "string", "computed": "first || ' ' || last", "stored": true},
                 "initial": {"type": "string", "computed": "upper(first)"},
                 "isLong": {"type": "boolean", "computed": "length(first) > 3"},
                 "label": {"type": "string", "computed": "'#' || id::text", "maxLength": 5}},
                 "required": ["first", "name"], "unique": [["initial"]],
                 "indexes": [{"on": ["name"], "where": "initial <> 'X'"}],
                 "checks": {"named": "name <> 'Jane Roe'"},
                 "access": {"read": true, "delete": true, "create": "initial <> 'EVE' and label <> '#9'",
                 "update": {"using": true, "check": "initial <> 'EVE'"}}}
                """,
                "lines": """
                {"properties": {"id": {"type": "integer"}, "count": {"type": "integer"},
                 "price": {"type": "string", "format": "decimal", "precision": 10, "scale": 2},
                 "day": {"type": "string", "format": "date"},
                 "total": {"type": "string", "format": "decimal", "precision": 14, "scale": 2,
                  "computed": "count * price"},
                 "taxed": {"type": "string", "format": "decimal", "precision": 16, "scale": 2,
                  "computed": "round(count * price * 1.19, 2)"},
                 "next": {"type": "integer", "computed": "count + 1"},
                 "small": {"type": "integer", "format": "int32", "computed": "count * 2"},
                 "kind": {"type": "string",
                  "computed": "case when count > 9 then 'many' when count > 1 then 'few' else 'one' end"},
                 "label": {"type": "string", "computed": "coalesce(day::text, 'never') || '!'"}},
                 "indexes": [{"on": ["day"], "where": "day::text <> '2026-01-01'"}],
                 "realtime": true, "access": {"all": true}}
                """,
            ])
        let rows = #"[{"first":"Ann","last":"Lee"},{"first":"Robert","last":"Fox"}]"#
        #expect(try ask("POST", "people", rows).status == 201)
    }

    private func ask(
        _ method: String, _ target: String, _ body: String? = nil, asService: Bool = false,
        prefer: String = "return=representation"
    ) throws -> HTTPAnswer {
        let client = try asService ? server.serviceClient() : server.client()
        return try client.send(
            method, "/rest/v1/\(target)", body, fields: [("Prefer", prefer)])
    }

    /// What is asked, and what is answered.
    struct Case: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        var body: String?
        var prefer = "return=representation"
        var asService = false
        var status = 200
        let answer: String
        var testDescription: String { "\(method) \(target) \(body ?? "")" }
    }

    private static func refusal(_ message: String) -> String {
        #"{"code":"428C9","details":"Column \"name\" is a generated column.","hint":null,"#
            + #""message":"\#(message)"}"#
    }

    static let cases = [
        Case(
            method: "GET", target: "people?order=id",
            answer: #"[{"id":1,"first":"Ann","last":"Lee","name":"Ann Lee","initial":"ANN","#
                + ##""isLong":false,"label":"#1"},{"id":2,"first":"Robert","last":"Fox","##
                + ##""name":"Robert Fox","initial":"ROBERT","isLong":true,"label":"#2"}]"##),
        Case(
            method: "GET", target: "people?select=name&isLong=is.true&order=name",
            answer: #"[{"name":"Robert Fox"}]"#),
        Case(
            method: "GET", target: "people?select=id&name=like.*Lee&initial=eq.ANN",
            answer: #"[{"id":1}]"#),
        Case(
            method: "POST", target: "people?select=name,initial,label",
            body: #"{"first":"zoe"}"#, status: 201,
            answer: ##"[{"name":"zoe Doe","initial":"ZOE","label":"#3"}]"##),
        Case(
            method: "POST", target: "people?columns=first,last&select=name",
            body: ##"[{"first":"a","name":"x"},{"first":"b","last":"c","label":"#0"}]"##,
            prefer: "return=representation,missing=default", status: 201,
            answer: #"[{"name":"a Doe"},{"name":"b c"}]"#),
        Case(
            method: "PATCH", target: "people?id=eq.1&select=name,isLong", body: #"{"first":"Anna"}"#,
            answer: #"[{"name":"Anna Lee","isLong":true}]"#),
        Case(
            method: "POST", target: "people?on_conflict=id&select=id,name,label",
            body: #"[{"id":1,"first":"Bea","last":"Lee"},{"id":7,"first":"Cy","last":"Lee"}]"#,
            prefer: "return=representation,resolution=merge-duplicates", status: 201,
            answer: ##"[{"id":1,"name":"Bea Lee","label":"#1"},"##
                + ##"{"id":7,"name":"Cy Lee","label":"#7"}]"##),
        Case(
            method: "POST", target: "people?on_conflict=initial&select=id,last",
            body: #"[{"first":"ann","last":"Ray"}]"#,
            prefer: "return=representation,resolution=merge-duplicates", status: 200,
            answer: #"[{"id":1,"last":"Ray"}]"#),
        // Nobody writes them.
        Case(
            method: "POST", target: "people", body: #"{"first":"x","name":"y"}"#, status: 400,
            answer: refusal(#"cannot insert a non-DEFAULT value into column \"name\""#)),
        Case(
            method: "PATCH", target: "people?id=eq.1", body: #"{"name":"y"}"#, asService: true,
            status: 400, answer: refusal(#"column \"name\" can only be updated to DEFAULT"#)),
        // Rules judge what will be computed.
        Case(
            method: "POST", target: "people", body: #"{"first":"eve"}"#, status: 401,
            answer: #"{"code":"42501","details":null,"hint":null,"message":"new row violates "#
                + #"row-level security policy for table \"people\""}"#),
        Case(
            method: "PATCH", target: "people?id=eq.1", body: #"{"first":"Eve"}"#, status: 401,
            answer: #"{"code":"42501","details":null,"hint":null,"message":"new row violates "#
                + #"row-level security policy for table \"people\""}"#),
        Case(
            method: "POST", target: "people", body: #"{"id":9,"first":"nine"}"#, status: 401,
            answer: #"{"code":"42501","details":null,"hint":null,"message":"new row violates "#
                + #"row-level security policy for table \"people\""}"#),
    ]

    @Test func `are refused where they are beyond their type`() throws {
        let answer = try ask("POST", "lines", #"{"id":9,"count":2147483647}"#)
        #expect(try answer.status == 400 && answer.json["code"] == "22003")
    }

    @Test(arguments: cases) func `are computed and never written`(one: Case) throws {
        let answer = try ask(
            one.method, one.target, one.body, asService: one.asService, prefer: one.prefer)
        #expect(answer.status == one.status)
        #expect(answer.text == one.answer)
    }

    @Test(arguments: [
        ("POST", "people", #"{"first":"Jane","last":"Roe"}"#, "23514"),
        ("PATCH", "people?id=eq.1", #"{"first":"Jane","last":"Roe"}"#, "23514"),
        ("POST", "people", #"{"id":12345,"first":"far"}"#, "23514"),
        ("POST", "people", #"{"first":"ANN"}"#, "23505"),
        ("PATCH", "people?id=eq.1", #"{"first":"robert"}"#, "23505"),
        ("PATCH", "people?id=eq.1", #"{"last":null}"#, "23502"),
        ("POST", "people", #"{"first":"u","last":null}"#, "23502"),
    ])
    func `keep their constraints`(
        method: String, target: String, body: String, code: String
    ) throws {
        let answer = try ask(method, target, body)
        #expect(answer.text.hasPrefix(#"{"code":"\#(code)""#), "\(answer.text)")
    }

    @Test func `are computed with numbers, and told by feeds`() throws {
        let feed = try server.feed()
        try feed.join(
            "lines", bindings: [["event": "*", "schema": "public", "table": "lines"]],
            token: server.anonymous)
        let columns = "total,taxed,next,kind,label"
        let new = try ask(
            "POST", "lines?select=\(columns)",
            #"{"id":1,"count":3,"price":"2.57","day":"2026-11-29"}"#)
        let rows = [
            #"[{"total":7.71,"taxed":9.17,"next":4,"kind":"few","label":"2026-11-29!"}]"#,
            #"[{"total":28.27,"taxed":33.64,"next":12,"kind":"many","label":"2026-11-29!"}]"#,
            #"[{"total":null,"taxed":null,"next":null,"kind":"one","label":"never!"}]"#,
        ]
        #expect(new.text == rows[0])
        let more = try ask("PATCH", "lines?id=eq.1&select=\(columns)", #"{"count":11}"#)
        #expect(more.text == rows[1])
        let none = try ask(
            "PATCH", "lines?id=eq.1&select=\(columns)", #"{"count":null,"day":null}"#)
        #expect(none.text == rows[2])
        for row in rows {
            let record = try feed.nextChange()["record"]
            let told = columns.split(separator: ",").map { name in
                "\"\(name)\":" + String(utf8: (record?[String(name)] ?? .null).bytes)
            }
            #expect("[{\(told.joined(separator: ","))}]" == row)
        }
    }

    @Test(arguments: [
        #"{"id":1,"count":9223372036854775807}"#,
        #"{"id":1,"count":1000000000000,"price":"99999999.99"}"#,
    ])
    func `refuse numbers that do not fit`(body: String) throws {
        let answer = try ask("POST", "lines", body)
        #expect(answer.text.hasPrefix(#"{"code":"22003""#), "\(answer.text)")
        #expect(try ask("POST", "lines", #"{"id":1,"count":1,"price":"1"}"#).status == 201)
        let change = try ask("PATCH", "lines?id=eq.1", body)
        #expect(change.text.hasPrefix(#"{"code":"22003""#), "\(change.text)")
        #expect(try ask("GET", "lines?select=total").text == #"[{"total":1.00}]"#)
    }
}
