import Bytes
import Testing
import Values

@testable import Realtime

/// Texts that Unicode calls equivalent are different ones to clients and databases. Nobody's is
/// taken for another's.
@Suite struct EquivalentTextTests {
    /// The sign of the unit kelvin; a letter, and the same with its accent apart.
    static let pairs = [("\u{212A}", "K"), ("K", "\u{212A}"), ("\u{E9}", "e\u{301}")]

    @Test(arguments: ["eq.%", "in.(%)", "like.%", "like.%_"], pairs)
    func `a filter is judged by its own text`(filter: String, texts: (String, String)) throws {
        let stage = try Stage(Models.all)
        let isLonger = filter.hasSuffix("_")
        func joined(_ text: String) -> Peer {
            let peer = stage.connect()
            let filter = filter.replacing("%", with: text)
            peer.join(
                "a",
                #"{"event":"*","schema":"public","table":"todos","filter":"title=\#(filter)"}"#)
            return peer
        }
        let (first, second) = (joined(texts.0), joined(texts.1))
        let title = texts.1 + (isLonger ? "x" : "")
        stage.insert("todos", ["id": .integer(1), "title": .text(title)])
        #expect(try second.changes() == ["INSERT 1"])
        #expect(try first.changes().isEmpty)
    }

    @Test(arguments: pairs) func `a change carries its own topic`(texts: (String, String)) throws {
        let stage = try Stage(Models.all)
        let item = #"{"event":"*","schema":"public","table":"todos"}"#
        let peers = [texts.0, texts.1].map { text in
            let peer = stage.connect()
            peer.join(text, item)
            return peer
        }
        stage.insert("todos", ["id": .integer(1)])
        for (peer, text) in zip(peers, [texts.0, texts.1]) {
            let topic = try #require(peer.messages().first?.elements[2].string)
            #expect(topic.hasSameBytes(as: "realtime:" + text))
        }
    }
}
