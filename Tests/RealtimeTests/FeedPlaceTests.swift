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
        let quotas = SocketQuotas(admitFeed: { _, _ in
            steps.append("taken")
            return .admitted(NotedPlace { steps.append("given back") })
        })
        let peer = stage.connect(within: quotas)
        peer.join(token: "ann")
        #expect(steps == ["taken"])
        peer.send(#"["1","2","realtime:a","access_token",{"access_token":"bob"}]"#)
        #expect(steps == ["taken", "taken", "given back"])
        peer.session.closed(code: nil)
        #expect(steps == ["taken", "taken", "given back", "given back"])
    }

    @Test func `a renewed token may keep the place that there is`() throws {
        var givenBack = 0
        let stage = try Stage(Models.all)
        stage.identities = ["ann": .anonymous, "bob": .anonymous]
        let quotas = SocketQuotas(admitFeed: { _, former in
            .admitted(former ?? NotedPlace { givenBack += 1 })
        })
        let peer = stage.connect(within: quotas)
        peer.join(token: "ann")
        peer.send(#"["1","2","realtime:a","access_token",{"access_token":"bob"}]"#)
        #expect(givenBack == 0)
        peer.session.closed(code: nil)
        #expect(givenBack == 1)
    }

    private final class NotedPlace: FeedPlace {
        private let note: () -> Void

        init(_ note: @escaping () -> Void) { self.note = note }

        func giveBack() { note() }
    }
}
