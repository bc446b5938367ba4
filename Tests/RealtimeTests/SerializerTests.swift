import Bytes
import Testing

@testable import Realtime

@Suite struct SerializerTests {
    @Test(
        arguments: [
            (nil, Serializer.objects), ("1.0.0", .objects), ("2.0.0", .arrays), ("2.0.13", .arrays),
            ("", nil), ("2", nil), ("2.0", nil), ("2.1.0", nil), ("3.0.0", nil), ("a.b.c", nil),
            ("2.0.x", nil), ("-1.0.0", nil),
        ] as [(String?, Serializer?)])
    func `vsn chooses the serializer`(version: String?, serializer: Serializer?) {
        #expect(Serializer(version: version) == serializer)
    }

    @Test func `vsn 1.0.0 writes an object that always has ref`() {
        let text = Serializer.objects.message(
            topic: "realtime:a\"b", event: "system", payload: ServerPayload.empty)
        #expect(
            String(utf8: text)
                == #"{"ref":null,"topic":"realtime:a\"b","event":"system","payload":{}}"#)
    }

    @Test func `vsn 2.0.0 writes an array in the fixed order`() {
        let text = Serializer.arrays.message(
            topic: "realtime:a", event: "phx_reply", payload: ServerPayload.ok(),
            reference: Array(#""7""#.utf8), joinReference: Array(#""1""#.utf8))
        #expect(
            String(utf8: text)
                == #"["1","7","realtime:a","phx_reply",{"status":"ok","response":{}}]"#)
    }

    @Test(
        arguments: [
            (.subscribed, "postgres_changes", "ok", "Subscribed to PostgreSQL"),
            (.connected, "system", "ok", "Replication connection established"),
            (.unusableBinding("no"), "postgres_changes", "error", "no"),
            (.mustRefetch("again"), "postgres_changes", "error", "again"),
            (.tokenRefused(.notYetValid), "system", "error", "Token is not valid yet"),
            (.tooManyMessages, "system", "error", "Too many messages per second"),
            (.disconnecting, "system", "ok", "Server requested disconnect"),
        ] as [(SystemNotice, String, String, String)])
    func `a system message has its four keys`(
        notice: SystemNotice, extension: String, status: String, message: String
    ) throws {
        let payload = ServerPayload.system(notice, channel: "room")
        let root = try JSONDocument(parsing: payload).root
        #expect(root.count == 4)
        #expect(root["extension"]?.string == `extension`)
        #expect(root["status"]?.string == status)
        #expect(root["message"]?.string == message)
        #expect(root["channel"]?.string == "room")
    }

    @Test func `the response of an error is an object`() throws {
        let root = try JSONDocument(parsing: ServerPayload.error(reason: "a \"b\"")).root
        #expect(root["status"]?.string == "error")
        #expect(root["response"]?["reason"]?.string == "a \"b\"")
    }
}
