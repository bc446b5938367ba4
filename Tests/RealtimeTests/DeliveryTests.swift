import Bytes
import Expressions
import HTTP
import Store
import Testing
import Values

@testable import Realtime

@Suite struct DeliveryTests {
    private func item(_ table: String, _ more: String = "") -> String {
        #"{"event":"*","schema":"public","table":"\#(table)"\#(more)}"#
    }

    /// A filter, the old and the new row of one change, and whether it is delivered.
    struct FilterCase: Sendable, CustomTestStringConvertible {
        let filter: String
        let old: [String: Value]?
        let new: [String: Value]?
        let isDelivered: Bool
        var testDescription: String { "\(filter): \(old ?? [:]) → \(new ?? [:])" }

        init(
            _ filter: String, _ old: [String: Value]?, _ new: [String: Value]?, _ isDelivered: Bool
        ) {
            self.filter = filter
            self.old = old
            self.new = new
            self.isDelivered = isDelivered
        }
    }

    private static func row(_ list: Int64?, _ title: String? = nil) -> [String: Value] {
        ["id": .integer(1), "list": list.map(Value.integer) ?? .null, "title": Value(title)]
    }

    static let filterCases: [FilterCase] = [
        FilterCase("list=eq.4", nil, row(4), true), FilterCase("list=eq.4", nil, row(5), false),
        FilterCase("list=eq.4", nil, row(nil), false), FilterCase("list=neq.4", nil, row(5), true),
        FilterCase("list=neq.4", nil, row(nil), false), FilterCase("list=gt.4", nil, row(5), true),
        FilterCase("list=gt.4", nil, row(4), false), FilterCase("list=in.(3,4)", nil, row(4), true),
        FilterCase("list=in.(3,4)", nil, row(5), false),
        FilterCase("list=is.null", nil, row(nil), true),
        FilterCase("list=is.null", nil, row(1), false),
        FilterCase("list=eq.4,title=eq.a", nil, row(4, "a"), true),
        FilterCase("list=eq.4,title=eq.a", nil, row(4, "b"), false),
        FilterCase("list=eq.4,title=eq.a", nil, row(4), false),
        FilterCase("title=like.mi%", nil, row(4, "milk"), true),
        // Moved in, moved out, changed within: the new row decides.
        FilterCase("list=eq.4", row(5), row(4), true),
        FilterCase("list=eq.4", row(4), row(5), false),
        FilterCase("list=eq.4", row(4), row(4, "x"), true),
        // Deletes: the old row decides.
        FilterCase("list=eq.4", row(4), nil, true), FilterCase("list=eq.4", row(5), nil, false),
        FilterCase("list=is.null", row(nil), nil, true), FilterCase("id=eq.1", row(4), nil, true),
    ]

    @Test(arguments: filterCases)
    func `filters decide`(_ one: FilterCase) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", item("todos", #","filter":"\#(one.filter)""#))
        let operation: Change.Operation =
            one.new == nil ? .delete : one.old == nil ? .insert : .update
        stage.hub.deliver([stage.change(operation, "todos", new: one.new, old: one.old)])
        #expect(try peer.changes().count == (one.isDelivered ? 1 : 0))
    }

    @Test(arguments: [
        ("INSERT", ["INSERT 1"]), ("UPDATE", ["UPDATE 1"]), ("DELETE", ["DELETE 1"]),
        ("*", ["INSERT 1", "UPDATE 1", "DELETE 1"]),
    ])
    func `events decide`(event: String, expected: [String]) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", #"{"event":"\#(event)","schema":"public","table":"todos"}"#)
        let row: [String: Value] = ["id": .integer(1)]
        stage.insert("todos", row)
        stage.update("todos", row, row)
        stage.delete("todos", row)
        stage.insert("members", ["room": .integer(1), "person": .text(Models.ada)])
        #expect(try peer.changes() == expected)
    }

    @Test(arguments: [
        #"{"event":"*","schema":"public","table":"*"}"#, #"{"event":"*","schema":"public"}"#,
        #"{"event":"*","schema":"*"}"#,
    ])
    func `a wildcard listens to every watched model`(item: String) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        #expect(peer.join("a", item).last?.contains("Subscribed") == true)
        stage.insert("todos", ["id": .integer(1)])
        stage.insert("members", ["room": .integer(7), "person": .text(Models.ada)])
        stage.insert("notes", ["id": .integer(1), "owner": .text(Models.ada)])
        #expect(
            try peer.messages().map { $0.elements[4]["data"]?["table"]?.string } == [
                "todos", "members",
            ])
    }

    @Test func `one frame names all matching bindings of a channel`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        let items = [
            item("todos"), item("todos", #","filter":"list=eq.4""#),
            item("todos", #","filter":"list=eq.5""#), item("todos"),
            item("todos", #","select":["title"]"#),
        ]
        let reply = try #require(peer.join("a", items.joined(separator: ",")).first)
        let root = try JSONDocument(parsing: Array(reply.utf8)).root
        let echoed = root.elements[4]["response"]?["postgres_changes"]?.elements ?? []
        let ids = echoed.map { $0["id"]?.int64 }
        #expect(ids[0] == ids[3])
        stage.insert("todos", ["id": .integer(1), "list": .integer(4), "title": .text("t")])
        let messages = try peer.messages()
        #expect(messages.count == 2)
        #expect(messages[0].elements[4]["ids"]?.elements.map(\.int64) == [ids[0], ids[1]])
        #expect(messages[1].elements[4]["ids"]?.elements.map(\.int64) == [ids[4]])
        #expect(
            messages[1].elements[4]["data"]?["record"].map { String(utf8: $0.raw) }
                == #"{"id":1,"title":"t"}"#)
    }

    @Test func `select keeps the key and may differ from the filter`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", item("todos", #","select":["done"],"filter":"list=eq.4""#))
        stage.insert("todos", ["id": .integer(1), "list": .integer(4), "done": .integer(1)])
        let data = try #require(try peer.messages().first?.elements[4]["data"])
        #expect(data["record"].map { String(utf8: $0.raw) } == #"{"id":1,"done":true}"#)
        #expect(
            data["columns"].map { String(utf8: $0.raw) }
                == #"[{"name":"id","type":"int8"},{"name":"done","type":"bool"}]"#)
    }

    @Test func `channels that are told the same share the frame's bytes`() throws {
        let stage = try Stage(Models.all)
        let peers = [stage.connect(), stage.connect(as: user(Models.ada)), stage.connect(.objects)]
        for peer in peers.prefix(2) { peer.join("a", item("todos")) }
        peers[2].send(
            #"{"topic":"realtime:a","event":"phx_join","ref":"1","#
                + #""payload":{"config":{"postgres_changes":[\#(item("todos"))]}}}"#)
        stage.insert("todos", ["id": .integer(1)])
        #expect(peers[0].sink.frames[0] === peers[1].sink.frames[0])
        #expect(peers[2].sink.frames.count == 1)
        #expect(peers[2].sink.frames[0] !== peers[0].sink.frames[0])
        #expect(stage.hub.counters.deliveries == 3)
    }

    @Test(arguments: [
        (#","filter":"nothing=eq.1""#, "Error parsing `filter` params"),
        (#","filter":"list=eq.x""#, "Error parsing `filter` params"),
        (#","filter":"undefined""#, "Error parsing `filter` params"),
        (#","filter":"list=eq.1,,list=eq.2""#, "Error parsing `filter` params"),
        (#","select":["titel"]"#, "column 'titel' does not exist, did you mean 'title'?"),
        (#","select":"title""#, "select must be a list of column names"),
    ])
    func `an unusable binding is told and the channel stays`(more: String, text: String) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        let join =
            #"["1","1","realtime:a","phx_join",{"config":{"postgres_changes":["#
            + item("todos", more) + "," + item("members") + "]}}]"
        peer.give(join)
        let messages = try peer.messages()
        #expect(messages.count == 2)
        #expect(messages[0].elements[4]["status"]?.string == "ok")
        #expect(messages[0].elements[4]["response"]?["postgres_changes"]?.count == 2)
        #expect(messages[1].elements[3].string == "system")
        #expect(messages[1].elements[4]["extension"]?.string == "postgres_changes")
        #expect(messages[1].elements[4]["status"]?.string == "error")
        #expect(messages[1].elements[4]["message"]?.string?.contains(text) == true)
        stage.insert("members", ["room": .integer(1), "person": .text(Models.ada)])
        stage.insert("todos", ["id": .integer(1)])
        #expect(try peer.changes("room") == ["INSERT 1"])
    }

    @Test(arguments: [
        (#"{"event":"*"}"#, "Please provide schema and table"),
        (#"{"event":"*","schema":"auth","table":"users"}"#, "There is no schema 'auth'"),
        (
            #"{"event":"*","schema":"public","table":"todo"}"#,
            "There is no model 'todo', did you mean 'todos'?"
        ),
        (
            #"{"event":"*","schema":"public","table":"quiet"}"#,
            "Realtime is not enabled for 'quiet'"
        ),
        (
            #"{"event":"*","schema":"public","filter":"id=eq.1"}"#,
            "filter and select need a schema and a table"
        ),
        (
            #"{"event":"UPSERT","schema":"public","table":"todos"}"#,
            "There is no event 'UPSERT': [event: UPSERT,"
        ),
        (#"{"event":"","schema":"public","table":"*"}"#, "There is no event ''"),
        (
            #"{"event":["INSERT"],"schema":"public","table":"todos"}"#,
            #"There is no event '[\"INSERT\"]'"#
        ),
    ])
    func `what names no watched model is told`(item: String, text: String) throws {
        let sent = try Stage(Models.all).connect().join("a", item)
        #expect(sent.count == 2)
        #expect(sent[1].contains("Unable to subscribe to changes with given parameters"))
        #expect(sent[1].contains(text))
    }

    @Test(arguments: [
        (#""event":"insert","#, ["INSERT 1"]), (#""event":"Update","#, ["UPDATE 1"]),
        (#""event":"DELETE","#, ["DELETE 1"]), ("", ["INSERT 1", "UPDATE 1", "DELETE 1"]),
        (#""event":null,"#, ["INSERT 1", "UPDATE 1", "DELETE 1"]),
        (#""event":"*","#, ["INSERT 1", "UPDATE 1", "DELETE 1"]),
    ])
    func `an event is read in any case, and none means all`(event: String, changes: [String])
        throws
    {
        let stage = try Stage(Models.all)
        let peer = stage.connect(as: .service)
        #expect(peer.join("a", #"{\#(event)"schema":"public","table":"todos"}"#).count == 2)
        stage.insert("todos", ["id": .integer(1)])
        stage.update("todos", ["id": .integer(1)], ["id": .integer(1), "list": .integer(2)])
        stage.delete("todos", ["id": .integer(1), "list": .integer(2)])
        #expect(try peer.changes() == changes)
    }

    @Test(arguments: [("secret", ""), ("secre", ""), ("nam", ", did you mean 'name'?")])
    func `no column that is hidden from the caller is suggested`(select: String, hint: String)
        throws
    {
        let model = """
            {"properties": {"id": {"type": "integer", "identity": true},
              "name": {"type": "string"}, "secret": {"type": "string", "access": {"read": false}}},
             "realtime": true, "access": {"read": true}}
            """
        let stage = try Stage(["people": model])
        let sent = stage.connect().join("a", item("people", #","select":["\#(select)"]"#))
        #expect(sent.count == 2)
        #expect(
            sent.last?.contains("column '\(select)' does not exist\(hint): [event") == true,
            "\(sent.last ?? "")")
    }

    @Test func `a change over 1 MiB keeps its small values`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", item("todos"))
        let big = String(repeating: "x", count: 1_100_000)
        stage.insert("todos", ["id": .integer(1), "title": .text(big), "list": .integer(4)])
        let frame = try #require(peer.sink.frames.first)
        #expect(frame.bytes.count < 1_048_576)
        let data = try #require(try peer.messages().first?.elements[4]["data"])
        #expect(data["errors"].map { String(utf8: $0.raw) } == #"["Error 413: Payload Too Large"]"#)
        #expect(
            data["record"].map { String(utf8: $0.raw) }
                == #"{"id":1,"list":4,"done":null,"extra":null}"#)
        #expect(data["columns"]?.count == 5)
    }

    @Test func `changes made before the join are not sent`() throws {
        let stage = try Stage(Models.all)
        let early = stage.connect()
        early.join("a", item("todos"))
        stage.insert("todos", ["id": .integer(1)])
        let late = stage.connect()
        late.join("a", item("todos"))
        stage.insert("todos", ["id": .integer(2)])
        #expect(try early.changes() == ["INSERT 1", "INSERT 2"])
        #expect(try late.changes() == ["INSERT 2"])
    }

    @Test func `only matching listeners are touched`() throws {
        let stage = try Stage(Models.all)
        for list in 0..<200 {
            stage.connect().join("a", item("todos", #","filter":"list=eq.\#(list)""#))
        }
        stage.insert("todos", ["id": .integer(1), "list": .integer(7)])
        #expect(stage.hub.matcher.found.count == 1)
        #expect(stage.hub.counters.deliveries == 1)
    }
}
