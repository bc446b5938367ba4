import Expressions
import Quotas
import Testing

@testable import Realtime

/// The place of a channel among the feeds of whom it speaks for.
@Suite struct FeedPlaceTests {
    @Test func `a renewed token takes a place before the former one is given back`() throws {
        var steps: [String] = []
        let stage = try Stage(Models.all)
        stage.identities = ["ann": .anonymous, "bob": .anonymous]
        let quotas = SocketQuotas(admitFeed: { _ in
            steps.append("taken")
            return .admitted { steps.append("given back") }
        })
        let peer = stage.connect(within: quotas)
        peer.join(token: "ann")
        #expect(steps == ["taken"])
        peer.send(#"["1","2","realtime:a","access_token",{"access_token":"bob"}]"#)
        #expect(steps == ["taken", "taken", "given back"])
        peer.session.closed(code: nil)
        #expect(steps == ["taken", "taken", "given back", "given back"])
    }
}
