import Diagnostics
import Expressions
import Query
import Schema
import Store
import TestSupport
import Testing
import Values

@testable import Realtime

/// Whatever listeners lie under in the index, and whoever comes and goes: a row is told to exactly
/// those whose filter, evaluated by itself, it passes.
@Suite struct IndexAgreementTests {
    private static let atoms = [
        "list=eq.1", "list=eq.2", "list=neq.1", "list=in.(1)", "list=in.(1,2)", "list=in.(3,2,2,1)",
        "list=not.in.(1,2)", "list=gt.1", "list=is.null", "list=isdistinct.1", "done=eq.true",
        "done=in.(true,false)", "done=is.true", "title=eq.a", "title=in.(a,b)",
        "title=in.(b,c,b)", "title=like.a%", "title=not.like.%b", "title=ilike.A_", "id=gt.20",
        "id=in.(1,5,9,13,17,21,25,29,33,37)",
    ]

    private struct Ear {
        let peer: Peer
        let predicate: Predicate
        let filter: String
    }

    private static func ear(_ stage: Stage, _ generator: inout SeededGenerator) throws -> Ear {
        let terms = (0..<Int.random(in: 1...3, using: &generator)).compactMap { _ in
            atoms.randomElement(using: &generator)
        }
        let filter = terms.joined(separator: ",")
        let model = try #require(stage.catalogue.model("todos"))
        let predicate = try #require(try FeedFilter.parse(filter)?.resolved(for: model).predicate)
        let peer = stage.connect()
        let sent = peer.join("a", JudgingBudgetTests.item(filter))
        #expect(sent.last?.contains("Subscribed") == true, "\(sent)")
        return Ear(peer: peer, predicate: predicate, filter: filter)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `the index finds whom the filters want`(seed: UInt64) throws {
        let stage = try Stage(Models.all)
        var generator = SeededGenerator(seed: seed)
        let evaluation = Evaluation(context: Identity.anonymous.context(now: stage.now))
        var ears = try (0..<60).map { _ in try Self.ear(stage, &generator) }
        for id in 1...40 as ClosedRange<Int64> {
            let change = stage.change(.insert, "todos", new: Self.row(id, &generator))
            stage.hub.deliver([change])
            let row = RowInput(
                new: try #require(change.new).values,
                model: try #require(stage.catalogue.model("todos")))
            for ear in ears {
                let passes = try ear.predicate.evaluate(row, in: evaluation) == true
                let expected = passes ? ["INSERT \(id)"] : []
                #expect(try ear.peer.changes() == expected, "\(ear.filter) of \(row.new)")
            }
            let gone = Int.random(in: 0..<ears.count, using: &generator)
            ears[gone].peer.session.closed(code: nil)
            ears[gone] = try Self.ear(stage, &generator)
        }
    }

    @Test func `of many listeners under one value those are told who are still there`() throws {
        let stage = try Stage(Models.all)
        var peers = (0..<40).map { index in
            let peer = stage.connect()
            peer.join("c\(index)", JudgingBudgetTests.item("list=in.(1,\(100 + index))"))
            return peer
        }
        var generator = SeededGenerator(seed: 3)
        while !peers.isEmpty {
            stage.insert("todos", ["id": .integer(1), "list": .integer(1)])
            #expect(try peers.allSatisfy { try $0.changes() == ["INSERT 1"] })
            let gone = peers.remove(at: Int.random(in: 0..<peers.count, using: &generator))
            gone.session.closed(code: nil)
        }
        #expect(stage.hub.binder.feeds["todos"]?.isHeard == false)
    }

    private static func row(_ id: Int64, _ generator: inout SeededGenerator) -> [String: Value] {
        func pick(_ values: [Value]) -> Value { values.randomElement(using: &generator) ?? .null }
        return [
            "id": .integer(id), "list": pick([.null, .integer(1), .integer(2), .integer(3)]),
            "done": pick([.null, .integer(0), .integer(1)]),
            "title": pick([.null, .text(""), .text("a"), .text("b"), .text("ab")]),
        ]
    }
}
