import Addresses
import Bytes
import Expressions
import Store
import Testing
import Values

@testable import Realtime

/// Filters that every row may have to be compared with are counted by socket, caller and loop.
@Suite struct UnindexedLimitTests {
    private static let here = AddressBlock("192.0.2.1")
    private static let there = AddressBlock("192.0.2.2")

    private static func stage(perSession: Int, perCaller: Int, max: Int) throws -> Stage {
        var settings = FeedSettings()
        settings.unindexed = FeedSettings.Unindexed(
            perSessionMax: perSession, perCallerMax: perCaller, max: max)
        return try Stage(Models.all, settings: settings)
    }

    private static func items(_ filters: String...) -> String {
        filters.map { JudgingBudgetTests.item($0) }.joined(separator: ",")
    }

    @Test(arguments: [
        "title=like.a%", "title=ilike.a%", "list=gt.1", "list=neq.1", "list=is.null",
        "list=eq.1,title=like.%25a",
    ])
    func `a filter that no index decides takes a place`(filter: String) throws {
        let stage = try Self.stage(perSession: 1, perCaller: 1, max: 1)
        let peer = stage.connect()
        #expect(peer.join("a", Self.items(filter)).last?.contains("Subscribed") == true)
        #expect(stage.hub.counters.unindexed == 1)
        let sent = peer.join("b", Self.items("list=eq.3", filter))
        #expect(sent.last?.contains("a connection has at most 1 filters") == true, "\(sent)")
        // What can be indexed works beside what was refused.
        stage.insert("todos", ["id": .integer(1), "list": .integer(3), "title": .text("-")])
        #expect(try peer.messages().filter { $0.elements[2].string == "realtime:b" }.count == 1)
        peer.session.closed(code: nil)
        #expect(stage.hub.counters.unindexed == 0)
    }

    @Test(arguments: [
        nil, "list=eq.1", "list=in.(1,2,3)", "title=in.(a,b),list=gt.1", "list=eq.1,title=neq.b",
    ])
    func `what an index decides takes none`(filter: String?) throws {
        let stage = try Self.stage(perSession: 1, perCaller: 1, max: 1)
        let more = filter.map { #","filter":"\#($0)""# } ?? ""
        stage.connect().join("a", #"{"event":"*","schema":"public","table":"todos"\#(more)}"#)
        #expect(stage.hub.counters.unindexed == 0)
    }

    @Test func `each limit is named, and places are free again`() throws {
        let stage = try Self.stage(perSession: 3, perCaller: 4, max: 6)
        let likes = Self.items("title=like.a%", "title=like.b%", "title=like.c%", "title=like.d%")
        let first = stage.connect(from: Self.here)
        #expect(first.join("a", likes).last?.contains("a connection has at most 3") == true)
        let second = stage.connect(from: Self.here)
        #expect(second.join("a", likes).last?.contains("a caller has at most 4") == true)
        let third = stage.connect(from: Self.there)
        #expect(third.join("a", likes).last?.contains("a server loop has at most 6") == true)
        #expect(stage.hub.counters.unindexed == 6)
        stage.insert("todos", ["id": .integer(1), "title": .text("c")])
        #expect(try [first, second, third].map { try $0.changes() } == [["INSERT 1"], [], []])
        // Sockets, and a join that replaces another, give back what they had.
        first.session.closed(code: nil)
        #expect(stage.hub.counters.unindexed == 3)
        #expect(second.join("a", likes).last?.contains("a connection has at most 3") == true)
        #expect(stage.hub.counters.unindexed == 5)
        stage.insert("todos", ["id": .integer(2), "title": .text("c")])
        #expect(try [second, third].map { try $0.changes() } == [["INSERT 2"], []])
    }

    @Test func `a new token of a user keeps his places`() throws {
        let stage = try Self.stage(perSession: 1, perCaller: 1, max: 1)
        stage.identities = ["one": user(Models.ada), "two": user(Models.ada)]
        let peer = stage.connect()
        peer.join("a", Self.items("title=like.a%"), token: "one")
        let sent = peer.send(
            #"[null,"2","realtime:a","access_token",{"access_token":"two"}]"#)
        #expect(sent.last?.contains("Subscribed") == true, "\(sent)")
        stage.insert("todos", ["id": .integer(1), "title": .text("a")])
        #expect(try peer.changes() == ["INSERT 1"])
        #expect(stage.hub.counters.unindexed == 1)
    }

    @Test func `who was refused does not hear through another who asks for the same`() throws {
        let stage = try Self.stage(perSession: 9, perCaller: 1, max: 9)
        let one = stage.connect(from: Self.here)
        let other = stage.connect(from: Self.here)
        let items = Self.items("title=like.a%", "list=eq.1")
        one.join("a", items)
        other.join("a", items)
        stage.insert("todos", ["id": .integer(1), "title": .text("a")])
        #expect(try [one, other].map { try $0.changes() } == [["INSERT 1"], []])
        stage.insert("todos", ["id": .integer(2), "list": .integer(1)])
        #expect(try [one, other].map { try $0.changes() } == [["INSERT 2"], ["INSERT 2"]])
    }

    @Test func `all users of one address have the places of four`() throws {
        let stage = try Self.stage(perSession: 9, perCaller: 1, max: 9)
        let items = Self.items("title=like.a%")
        let names = (0..<6).map { "00000000-0000-4000-8000-00000000000\($0)" }
        let answers = names.map {
            stage.connect(as: user($0), from: Self.here).join("a", items).last ?? ""
        }
        #expect(answers.map { $0.contains("Subscribed") } == [true, true, true, true, false, false])
        #expect(answers.last?.contains("an address has at most 4 filters") == true)
        let other = stage.connect(as: user(names[5]), from: Self.there)
        #expect(other.join("a", items).last?.contains("Subscribed") == true)
    }
}
