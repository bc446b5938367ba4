import Bytes
import Testing

@testable import Realtime

@Suite struct ClientMessageTests {
    static let object =
        #"{"topic":"realtime:a","event":"phx_join","payload":{"x":1},"ref":"2","join_ref":"1"}"#
    static let array = #"["1","2","realtime:a","phx_join",{"x":1}]"#

    @Test(arguments: [(object, Serializer.objects), (array, .arrays)])
    func `both serializers carry the same five fields`(text: String, serializer: Serializer) throws
    {
        let message = try #require(ClientMessage(text: Array(text.utf8), serializer: serializer))
        #expect(String(utf8: message.joinReference) == #""1""#)
        #expect(String(utf8: message.reference) == #""2""#)
        #expect(message.topic == "realtime:a")
        #expect(message.event == .join)
        #expect(message.payload["x"]?.int64 == 1)
    }

    @Test(arguments: [
        "", "null", "[]", "{", "7", #""text""#,
        #"{"event":"e","payload":{},"ref":"1"}"#, #"{"topic":"t","payload":{},"ref":"1"}"#,
        #"{"topic":"t","event":"e","ref":"1"}"#, #"{"topic":"t","event":"e","payload":{}}"#,
        #"{"topic":7,"event":"e","payload":{},"ref":"1"}"#,
        #"{"topic":"t","event":"e","payload":{},"ref":{}}"#,
    ])
    func `an object without its fields is no message`(text: String) {
        #expect(ClientMessage(text: Array(text.utf8), serializer: .objects) == nil)
    }

    @Test(arguments: [
        "", "{}", "[]", #"["1","2","t","e"]"#, #"["1","2",3,"e",{}]"#, #"["1",[],"t","e",{}]"#,
        #"["1","2","t","e",{}"#, #"[true,"2","t","e",{}]"#,
    ])
    func `an array without its fields is no message`(text: String) {
        #expect(ClientMessage(text: Array(text.utf8), serializer: .arrays) == nil)
    }

    @Test func `references go back as they came`() throws {
        let text = #"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":null}"#
        let message = try #require(ClientMessage(text: Array(text.utf8), serializer: .objects))
        #expect(message.reference == Serializer.null)
        #expect(message.joinReference == Serializer.null)
        let number = #"[null,12,"phoenix","heartbeat",{},"more"]"#
        let other = try #require(ClientMessage(text: Array(number.utf8), serializer: .arrays))
        #expect(String(utf8: other.reference) == "12")
    }

    @Test(
        arguments: [
            ("heartbeat", .heartbeat), ("phx_join", .join), ("phx_leave", .leave),
            ("access_token", .accessToken), ("broadcast", .broadcast), ("presence", .presence),
            ("PHX_JOIN", .other("PHX_JOIN")), ("", .other("")),
        ] as [(String, ClientMessage.Event)])
    func `events are known by name`(name: String, event: ClientMessage.Event) {
        #expect(ClientMessage.Event(name: name) == event)
    }

    @Test(arguments: [(30, true), (31, false)])
    func `a text with more marks in a row than any word has is no message`(
        count: Int, isMessage: Bool
    ) {
        let marks = String(repeating: "\\u0301", count: count)
        for part in ["realtime:a", "phx_join", "x"] {
            let text = Self.object.replacing(part, with: part + marks)
            let message = ClientMessage(text: Array(text.utf8), serializer: .objects)
            #expect((message != nil) == isMessage)
        }
    }

    @Test func `depth of a message is limited`() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let text = #"["1","2","t","e","# + deep + "]"
        #expect(ClientMessage(text: Array(text.utf8), serializer: .arrays) == nil)
    }
}

@Suite struct BinaryMessageTests {
    /// `1`, `2`, `realtime:a`, `ping`, metadata `{}`, JSON.
    static let broadcast: [UInt8] =
        [3, 1, 1, 10, 4, 2, 1] + Array("12realtime:aping{}".utf8) + Array(#"{"a":1}"#.utf8)

    @Test func `kind 3 is a broadcast of the user`() throws {
        let message = try #require(ClientMessage(binary: Self.broadcast))
        #expect(message.event == .broadcast)
        #expect(message.topic == "realtime:a")
        #expect(String(utf8: message.joinReference) == #""1""#)
        #expect(String(utf8: message.reference) == #""2""#)
    }

    @Test(arguments: 0..<25)
    func `a broadcast cut within its fields is no message`(count: Int) {
        #expect(ClientMessage(binary: Array(broadcast.prefix(count))) == nil)
    }

    private var broadcast: [UInt8] { Self.broadcast }

    @Test func `kind 0 is a push of any event`() throws {
        let bytes: [UInt8] =
            [0, 0, 1, 7, 9] + Array("5phoenixheartbeat".utf8) + Array("{}".utf8)
        let message = try #require(ClientMessage(binary: bytes))
        #expect(message.event == .heartbeat)
        #expect(message.joinReference == Serializer.null)
        #expect(message.topic == "phoenix")
    }

    /// As many as a text message has at the most are read.
    @Test(arguments: [
        ("[" + String(repeating: "0,", count: 8_192) + "0]", false),
        ("[" + String(repeating: "0,", count: 8_000) + "0]", true),
        ("[\"a" + String(repeating: "\u{301}", count: 31) + "\"]", false),
    ])
    func `a push is as bounded as a text`(payload: String, isMessage: Bool) {
        let bytes: [UInt8] =
            [0, 0, 1, 7, 9] + Array("5phoenixheartbeat".utf8) + Array(payload.utf8)
        #expect((ClientMessage(binary: bytes) != nil) == isMessage)
    }

    @Test(arguments: [1, 2, 4, 5, 255] as [UInt8])
    func `kinds of the server are no message`(kind: UInt8) {
        var bytes = Self.broadcast
        bytes[0] = kind
        #expect(ClientMessage(binary: bytes) == nil)
    }

    @Test func `text that is not UTF-8 is no message`() {
        var bytes = Self.broadcast
        bytes[10] = 0xFF
        #expect(ClientMessage(binary: bytes) == nil)
    }

    @Test func `an unknown encoding is no message`() {
        var bytes = Self.broadcast
        bytes[6] = 2
        #expect(ClientMessage(binary: bytes) == nil)
    }
}
