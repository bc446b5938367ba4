import Bytes
import Diagnostics
import Expressions
import HTTP
import Schema
import Store
import Testing
import Values

@testable import Realtime

@Suite struct TopicFramesTests {
    @Test func `a change is encoded once, whatever carries it`() throws {
        let stage = try Stage(Models.all)
        let model = try #require(stage.catalogue.model("todos"))
        let change = stage.change(
            .insert, "todos", new: ["id": .integer(7), "list": .integer(4), "title": .text("milk")])
        let round = Round(
            number: 1, change: change, model: model, now: stage.now,
            lookUps: stage.hub.matcher.lookUps, ruleSteps: StepCounter(), departed: nil)
        let projection = Projection(model, Projection.Key(selected: nil, hidden: []))
        let data = projection.data(in: round, showsOld: false)
        for (serializer, head, end) in [
            (
                Serializer.objects,
                #"{"ref":null,"topic":"realtime:a","event":"postgres_changes","payload":{"ids":[1,2],"data":"#,
                "}}"
            ),
            (.arrays, #"[null,null,"realtime:a","postgres_changes",{"ids":[1,2],"data":"#, "}]"),
        ] {
            let frames = TopicFrames(
                TopicFrames.Key(topic: ExactText("realtime:a"), serializer: serializer))
            let frame = frames.frame([1, 2], projection, showsOld: false, in: round)
            let text = Array(head.utf8) + data + Array(end.utf8)
            #expect(frame.bytes.suffix(text.count).elementsEqual(text))
        }
        let again = projection.data(in: round, showsOld: false)
        let isSame = unsafe again.withUnsafeBytes { again in
            unsafe data.withUnsafeBytes { unsafe $0.baseAddress == again.baseAddress }
        }
        #expect(isSame, "the same bytes, not equal ones")
    }

    /// While a change is told in steps, what was sent of it is held by these alone.
    @Test(arguments: [(100, true), (100_000, false)])
    func `of many frames of a change so many are kept as there is room for`(
        frameBytes: Int, isKept: Bool
    ) throws {
        let stage = try Stage(Models.all)
        let model = try #require(stage.catalogue.model("todos"))
        let projection = Projection(model, Projection.Key(selected: nil, hidden: []))
        let encodings = Encodings()
        var made = 0
        let topics = (0..<100).map {
            TopicFrames(.init(topic: ExactText("\($0)"), serializer: .objects))
        }
        for topic in topics + topics {
            let content = Encodings.Content(
                topic: topic, projection: projection, showsOld: false, ids: [1])
            _ = encodings.frame(content) {
                made += 1
                return FramedBytes(textParts: [[UInt8](repeating: 0, count: frameBytes)])
            }
        }
        #expect(made == (isKept ? 100 : 200))
    }
}
