import HTTP
import Testing

@testable import HTTPServer

/// Bodies that are handed on as they come, in every order of events.
@Suite struct StreamedBodyCycleTests {
    static let chunkedHead = "POST /s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func `parts are supplied when they are asked for, and then the end`() {
        var script = CycleScript()
        script.receive(post(6, to: "/s") + "ab")
        #expect(script.run() == ["admit /s", "wait"])
        script.awaitPart()
        #expect(script.run() == ["supply ab", "wait"])
        script.awaitPart()
        #expect(script.run() == ["wait"])
        script.receive("cd")
        #expect(script.run() == ["supply cd", "wait"])
        script.receive("e")
        #expect(script.run() == ["wait"])
        script.receive("f" + plainGet)
        #expect(script.run() == ["wait"])
        script.awaitPart()
        #expect(script.run() == ["supply ef", "wait"])
        script.awaitPart()
        #expect(script.run() == ["supply the end", "wait"])
        #expect(script.answer() == "")
        #expect(script.run() == ["GET / ", "wait"])
    }

    @Test func `chunks are decoded, wherever they are cut`() {
        let body = Array("3\r\nabc\r\n2;x\r\nde\r\n0\r\nTrailer: a\r\n\r\n".utf8)
        for cut in 0...body.count {
            var script = CycleScript()
            var taken = ""
            script.receive(Self.chunkedHead + String(decoding: body[..<cut], as: UTF8.self))
            #expect(script.next() == "admit /s")
            for rest in ["", String(decoding: body[cut...], as: UTF8.self), ""] {
                script.receive(rest)
                if script.isStreaming { script.awaitPart() }
                taken += script.run().filter { $0 != "wait" }.joined()
            }
            let text = taken.replacing("supply ", with: "")
            #expect(text == "abcdethe end", "cut at \(cut)")
        }
    }

    @Test func `100-continue is sent when the body is asked for`() {
        var script = CycleScript()
        script.receive(post(2, "Expect: 100-continue\r\n", to: "/s"))
        #expect(script.run() == ["admit /s", "wait"])
        script.now += 10_000
        #expect(script.run() == ["wait"], "it is not the peer's turn")
        script.awaitPart()
        #expect(script.run() == ["continue", "wait"])
        script.receive("ab")
        #expect(script.run() == ["supply ab", "wait"])
    }

    @Test func `whoever sends without waiting is not told to continue`() {
        var script = CycleScript()
        script.receive(post(2, "Expect: 100-continue\r\n", to: "/s") + "a")
        #expect(script.run() == ["admit /s", "wait"])
        script.awaitPart()
        #expect(script.run() == ["supply a", "wait"])
    }

    @Test func `an answer before 100-continue ends the connection`() {
        var script = CycleScript()
        script.receive(post(2, "Expect: 100-continue\r\n", to: "/s"))
        #expect(script.run() == ["admit /s", "wait"])
        #expect(script.answer() == " last")
        #expect(script.run() == ["close"])
    }

    @Test(arguments: ["", "ab", "abc"])
    func `a small rest is dropped as it comes`(begun: String) {
        var script = CycleScript()
        script.receive(post(3, to: "/s") + begun)
        #expect(script.run() == ["admit /s", "wait"])
        #expect(script.answer() == "")
        #expect(script.run() == ["wait"])
        script.receive("abc".dropFirst(begun.count) + plainGet)
        #expect(script.run() == ["GET / ", "wait"])
    }

    @Test(arguments: ["200000", "chunked"])
    func `a long rest ends the connection`(length: String) {
        var script = CycleScript(bodyBytesMax: 1_000_000)
        if length == "chunked" {
            script.receive(Self.chunkedHead + "30d40\r\nabc")
        } else {
            script.receive(post(200_000, to: "/s") + "abc")
        }
        #expect(script.run() == ["admit /s", "wait"])
        script.awaitPart()
        #expect(script.run() == ["supply abc", "wait"])
        #expect(script.answer() == " last")
        #expect(script.run() == ["close"])
    }

    @Test(arguments: [
        ("chunks over the limit", "refuse 413"), ("broken chunks", "refuse 400"),
        ("time", "refuse 408"), ("the end", "close"),
    ])
    func `what cannot be completed is refused while it is being answered`(
        what: String, action: String
    ) {
        var script = CycleScript()
        script.receive(Self.chunkedHead + "3\r\nabc\r\n")
        #expect(script.run() == ["admit /s", "wait"])
        switch what {
        case "chunks over the limit": script.receive("62\r\n")
        case "broken chunks": script.receive("zz\r\n")
        case "time": script.now += 1_000
        default: script.cycle.reachedEnd()
        }
        #expect(script.next() == action)
        #expect(script.run() == ["close"])
    }

    @Test func `what waits here is bounded, and has no deadline`() {
        var script = CycleScript(bodyBytesMax: 1_000_000)
        script.receive(post(200_000, to: "/s"))
        #expect(script.run() == ["admit /s", "wait"])
        let half = String(repeating: "a", count: HTTPServerLimits.streamedBodyBytesMax / 2)
        script.receive(half)
        #expect(script.run() == ["wait"])
        #expect(script.cycle.wantsInput(pipelineBytesMax: 100))
        script.receive(half)
        #expect(script.run() == ["wait"])
        #expect(!script.cycle.wantsInput(pipelineBytesMax: 100))
        script.now += 1_000_000
        #expect(script.run() == ["wait"])
        script.awaitPart()
        #expect(script.run() == ["supply \(half)\(half)", "wait"])
        #expect(script.cycle.wantsInput(pipelineBytesMax: 100))
        script.now += 199
        #expect(script.run() == ["wait"])
        script.now += 1
        #expect(script.run() == ["refuse 408", "close"])
    }

    @Test func `behind the body only so much of other requests is kept`() {
        var script = CycleScript()
        script.receive(post(3, to: "/s") + "abc")
        #expect(script.run() == ["admit /s", "wait"])
        #expect(script.cycle.wantsInput(pipelineBytesMax: 10))
        script.receive(plainGet)
        #expect(script.run() == ["wait"])
        #expect(!script.cycle.wantsInput(pipelineBytesMax: 10))
    }

    @Test func `a drain lets the body come, in less time`() {
        var script = CycleScript()
        script.receive(post(3, to: "/s") + "a")
        #expect(script.run() == ["admit /s", "wait"])
        script.cycle.startDraining(now: script.now)
        script.now += 49
        #expect(script.run() == ["wait"])
        script.receive("bc")
        script.awaitPart()
        #expect(script.run() == ["supply abc", "wait"])
        #expect(script.answer() == " last")
        #expect(script.run() == ["close"])
    }
}
