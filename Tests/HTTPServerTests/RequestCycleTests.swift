import HTTP
import Testing

@testable import HTTPServer

@Suite struct RequestCycleTests {
    @Test func `pipelined requests are handed out in order`() {
        var script = CycleScript()
        script.receive(plainGet + post(3) + "abc" + plainGet)
        #expect(script.run() == ["GET / ", "admit /p", "POST /p abc", "GET / ", "wait"])
    }

    @Test func `a request waits until the one before is answered`() {
        var script = CycleScript()
        script.receive(plainGet + post(1) + "x")
        #expect(script.next(answers: false) == "GET / ")
        #expect(script.next() == "wait")
        #expect(script.cycle.bufferedCount > 0)
        _ = script.answer()
        #expect(script.run() == ["admit /p", "POST /p x", "wait"])
        #expect(script.cycle.bufferedCount == 0)
    }

    @Test(arguments: 1..<(post(3).utf8.count + 3))
    func `a request may come in any two pieces`(split: Int) {
        let bytes = Array((post(3) + "abc").utf8)
        var script = CycleScript()
        script.cycle.received(bytes.span.extracting(..<split), now: script.now)
        let early = script.run()
        script.cycle.received(bytes.span.extracting(split...), now: script.now)
        let expected =
            split < post(3).utf8.count
            ? ["wait", "admit /p", "POST /p abc", "wait"]
            : ["admit /p", "wait", "POST /p abc", "wait"]
        #expect(early + script.run() == expected)
    }

    @Test func `chunked bodies are decoded and pipelined`() {
        var script = CycleScript()
        script.receive("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab")
        #expect(script.run() == ["admit /c", "wait"])
        script.receive("c\r\n0\r\n\r\n" + plainGet)
        #expect(script.run() == ["POST /c abc", "GET / ", "wait"])
    }

    @Test func `100-continue is sent only while the body has not come`() {
        var script = CycleScript()
        script.receive(post(2, "Expect: 100-continue\r\n"))
        #expect(script.run() == ["admit /p", "continue", "wait"])
        script.receive("ab" + post(2, "Expect: 100-continue\r\n") + "cd")
        #expect(script.run() == ["POST /p ab", "admit /p", "POST /p cd", "wait"])
    }

    @Test(arguments: ["101", "99999999999999999999"])
    func `a body over the limit is refused without 100-continue`(length: String) {
        var script = CycleScript()
        let length = "Content-Length: \(length)\r\n"
        script.receive("POST /p HTTP/1.1\r\nHost: a\r\n\(length)Expect: 100-continue\r\n\r\n")
        #expect(script.run() == ["turn away 413 last", "close"])
    }

    @Test func `after a malformed request nothing more is read`() {
        var script = CycleScript()
        script.receive(plainGet + "nonsense\r\n" + plainGet)
        #expect(script.run() == ["GET / ", "refuse 400", "close"])
        script.receive(plainGet)
        #expect(script.run() == ["close"])
    }

    @Test func `Connection close ends the cycle after its answer`() {
        var script = CycleScript()
        script.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + plainGet)
        #expect(script.run() == ["GET /  last", "close"])
    }

    @Test func `HTTP 1.0 closes unless asked not to`() {
        var script = CycleScript()
        script.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n")
        #expect(script.run() == ["GET /a ", "GET /b  last", "close"])
    }

    @Test(arguments: [
        ("", ["close"]), (plainGet, ["GET /  last", "close"]), ("GET /", ["close"]),
        (post(3) + "ab", ["admit /p", "close"]),
    ])
    func `the peer's end lets whole requests finish`(input: String, expected: [String]) {
        var script = CycleScript()
        script.receive(input)
        script.cycle.reachedEnd()
        #expect(script.run() == expected)
    }

    @Test func `an end behind two requests closes after the second`() {
        var script = CycleScript()
        script.receive(plainGet + plainGet)
        script.cycle.reachedEnd()
        #expect(script.run() == ["GET / ", "GET /  last", "close"])
    }

    @Test func `draining closes an idle connection and ends a busy one with its answer`() {
        var idle = CycleScript()
        idle.cycle.startDraining(now: idle.now)
        #expect(idle.run() == ["close"])
        var busy = CycleScript()
        busy.receive(post(3) + "ab")
        #expect(busy.run() == ["admit /p", "wait"])
        busy.cycle.startDraining(now: busy.now)
        #expect(busy.run() == ["wait"])
        busy.receive("c" + plainGet)
        #expect(busy.run() == ["POST /p abc last", "close"])
    }

    @Test(arguments: ["GET /", post(3), post(3) + "ab"])
    func `a drain does not wait long for the rest of a request`(input: String) {
        var script = CycleScript()
        script.receive(input)
        #expect(script.run().last == "wait")
        script.cycle.startDraining(now: script.now)
        script.now += 49
        #expect(script.run() == ["wait"])
        script.now += 1
        #expect(script.run() == ["refuse 408", "close"])
    }

    @Test func `an answer may end long after it began`() {
        var script = CycleScript()
        script.receive(plainGet)
        _ = script.next(answers: false)
        let form = script.cycle.answerForm(of: Response(status: 200))
        #expect(form.keepsAlive)
        script.receive(plainGet)
        #expect(script.next() == "wait")
        #expect(script.cycle.deadline == DeadlineTable.never)
        script.cycle.startDraining(now: script.now)
        script.cycle.answered(now: script.now)
        #expect(script.run() == ["close"])
    }

    @Test func `an upgrade hands over what came behind it`() {
        var script = CycleScript()
        script.receive(plainGet + "frames")
        #expect(script.next(answers: false) == "GET / ")
        #expect(script.cycle.upgraded() == Array("frames".utf8))
        #expect(script.next() == "wait")
        #expect(script.cycle.deadline == DeadlineTable.never)
    }

    @Test func `reading stops while pipelined requests fill the buffer`() {
        var script = CycleScript()
        script.receive(plainGet + plainGet + plainGet)
        _ = script.next(answers: false)
        #expect(script.cycle.wantsInput(pipelineBytesMax: 100))
        #expect(!script.cycle.wantsInput(pipelineBytesMax: 50))
        _ = script.answer()
        #expect(script.cycle.wantsInput(pipelineBytesMax: 50))
    }
}

@Suite struct RequestDeadlineTests {
    @Test func `an idle connection is closed without a word`() {
        var script = CycleScript()
        script.now = 1_499
        #expect(script.next() == "wait")
        script.now = 1_500
        #expect(script.next() == "close")
    }

    @Test func `a head has its time from its first byte on, however often bytes come`() {
        var script = CycleScript()
        for step in 0..<10 {
            script.now = 1_400 + UInt64(step) * 10
            script.receive(step == 0 ? "GET / HTTP/1.1\r\n" : "A\(step): b\r\n")
            #expect(script.next() == "wait")
        }
        script.now = 1_500
        script.receive("B: c\r\n")
        #expect(script.run() == ["refuse 408", "close"])
    }

    @Test func `the head of a pipelined request has its own time`() {
        var script = CycleScript()
        script.now = 1_090
        script.receive(plainGet + "GET /late")
        #expect(script.run() == ["GET / ", "wait"])
        #expect(script.cycle.deadline == 1_190)
    }

    @Test func `an answer starts the idle time`() {
        var script = CycleScript()
        script.receive(plainGet)
        _ = script.next(answers: false)
        #expect(script.cycle.deadline == DeadlineTable.never)
        script.now = 5_000
        _ = script.answer()
        #expect(script.cycle.deadline == 5_500)
    }

    @Test func `a body that keeps the pace never times out`() {
        var script = CycleScript(bodyBytesMax: 10_000)
        script.receive(post(1_000))
        #expect(script.run() == ["admit /p", "wait"])
        for _ in 0..<9 {
            script.now += 100
            script.receive(String(repeating: "a", count: 100))
            #expect(script.next() == "wait")
        }
        script.receive(String(repeating: "a", count: 100))
        #expect(script.next().hasPrefix("POST"))
    }

    @Test func `a trickle is refused`() {
        var script = CycleScript()
        script.receive(post(100))
        #expect(script.run() == ["admit /p", "wait"])
        var actions: [String] = []
        for _ in 0..<10 where actions.last != "refuse 408" {
            script.now += 30
            script.receive("a")
            actions.append(script.next())
        }
        #expect(actions.last == "refuse 408")
        #expect(script.next() == "close")
    }

    /// A request may wait for its turn before it is judged.
    @Test(arguments: [
        (received: "GET /", isJudged: true, answer: true),
        (post(3), false, true), (post(3) + "a", true, true), (plainGet, true, false),
    ])
    func `what is coming is abandoned, and what is being answered is not`(
        received: String, isJudged: Bool, answer: Bool
    ) {
        var script = CycleScript()
        script.receive(received)
        if isJudged {
            _ = script.run(answers: false)
        } else {
            _ = script.cycle.next(now: script.now)
        }
        #expect(script.cycle.abandon() == answer)
        #expect(script.next() == (answer ? "close" : "wait"))
    }
}
