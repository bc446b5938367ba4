import Bytes
import ServerTestSupport
import TestSupport
import Testing

@Suite struct LongJoinTests {
    @Test func `a join of as many lists as may be is taken as it comes`() throws {
        let server = try TestBackend()
        let ids = (0..<60).map { _ in "00000000-0000-4000-8000-000000000001" }
        let binding: JSON = [
            "event": "*", "schema": "public", "table": "messages",
            "filter": .string("id=in.(\(ids.joined(separator: ",")))"),
        ]
        let bindings = JSON.array(Array(repeating: binding, count: 100))
        let payload: JSON = ["config": ["postgres_changes": bindings]]
        #expect(payload.bytes.count > 200_000)
        let answer = try server.feed().push("lists", "phx_join", payload)
        #expect(answer["payload"]?["status"] == "ok", "\(answer)")
    }
}
