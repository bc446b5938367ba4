import Bytes
import HTTP
import Testing

@testable import HTTPServer

/// A cycle with short deadlines and what it said, in words.
private struct Script {
    var cycle: RequestCycle
    var now: UInt64 = 1_000

    init(bodyBytesMax: Int = 100) {
        var limits = HTTPLimits()
        limits.bodyBytesMax = bodyBytesMax
        var deadlines = HTTPDeadlines()
        deadlines.head = .milliseconds(100)
        deadlines.body = .milliseconds(200)
        deadlines.bodyBytesPerSecondMin = 1_000
        deadlines.idle = .milliseconds(500)
        deadlines.drain = .milliseconds(50)
        cycle = RequestCycle(limits: limits, deadlines: DeadlineTable(deadlines), now: now)
    }

    mutating func receive(_ text: String) {
        cycle.received(Array(text.utf8).span, now: now)
    }

    /// The next action; a request is answered at once if `answers`.
    mutating func next(answers: Bool = true) -> String {
        switch cycle.next(now: now) {
        case .wait: return "wait"
        case .sendContinue: return "continue"
        case .close: return "close"
        case .refuse(let fault, _): return "refuse \(fault.status)"
        case .respond(let request):
            let body = String(decoding: request.body, as: UTF8.self)
            let text = "\(request.method.name) \(request.path) \(body)"
            if answers { return text + (cycle.answered(now: now).keepsAlive ? "" : " last") }
            return text
        }
    }

    /// All actions up to `wait` or `close`.
    mutating func run() -> [String] {
        var actions: [String] = []
        while actions.count < 20 {
            actions.append(next())
            if actions.last == "wait" || actions.last == "close" { break }
        }
        return actions
    }
}

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
private func post(_ length: Int, _ fields: String = "") -> String {
    "POST /p HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(length)\r\n\r\n"
}

@Suite struct RequestCycleTests {
    @Test func `pipelined requests are handed out in order`() {
        var script = Script()
        script.receive(get + post(3) + "abc" + get)
        #expect(script.run() == ["GET / ", "POST /p abc", "GET / ", "wait"])
    }

    @Test func `a request waits until the one before is answered`() {
        var script = Script()
        script.receive(get + post(1) + "x")
        #expect(script.next(answers: false) == "GET / ")
        #expect(script.next() == "wait")
        #expect(script.cycle.isBusy)
        _ = script.cycle.answered(now: script.now)
        #expect(script.run() == ["POST /p x", "wait"])
        #expect(!script.cycle.isBusy)
    }

    @Test(arguments: 1..<(post(3).utf8.count + 3))
    func `a request may come in any two pieces`(split: Int) {
        let bytes = Array((post(3) + "abc").utf8)
        var script = Script()
        script.cycle.received(bytes.span.extracting(..<split), now: script.now)
        #expect(script.run() == ["wait"])
        script.cycle.received(bytes.span.extracting(split...), now: script.now)
        #expect(script.run() == ["POST /p abc", "wait"])
    }

    @Test func `chunked bodies are decoded and pipelined`() {
        var script = Script()
        script.receive("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab")
        #expect(script.run() == ["wait"])
        script.receive("c\r\n0\r\n\r\n" + get)
        #expect(script.run() == ["POST /c abc", "GET / ", "wait"])
    }

    @Test func `100-continue is sent only while the body has not come`() {
        var script = Script()
        script.receive(post(2, "Expect: 100-continue\r\n"))
        #expect(script.run() == ["continue", "wait"])
        script.receive("ab" + post(2, "Expect: 100-continue\r\n") + "cd")
        #expect(script.run() == ["POST /p ab", "POST /p cd", "wait"])
    }

    @Test(arguments: ["101", "99999999999999999999"])
    func `a body over the limit is refused without 100-continue`(length: String) {
        var script = Script()
        let length = "Content-Length: \(length)\r\n"
        script.receive("POST /p HTTP/1.1\r\nHost: a\r\n\(length)Expect: 100-continue\r\n\r\n")
        #expect(script.run() == ["refuse 413", "close"])
    }

    @Test func `after a malformed request nothing more is read`() {
        var script = Script()
        script.receive(get + "nonsense\r\n" + get)
        #expect(script.run() == ["GET / ", "refuse 400", "close"])
        script.receive(get)
        #expect(script.run() == ["close"])
    }

    @Test func `Connection close ends the cycle after its answer`() {
        var script = Script()
        script.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get)
        #expect(script.run() == ["GET /  last", "close"])
    }

    @Test func `HTTP 1.0 closes unless asked not to`() {
        var script = Script()
        script.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n")
        #expect(script.run() == ["GET /a ", "GET /b  last", "close"])
    }

    @Test(arguments: [
        ("", ["close"]), (get, ["GET /  last", "close"]), ("GET /", ["close"]),
        (post(3) + "ab", ["close"]),
    ])
    func `the peer's end lets whole requests finish`(input: String, expected: [String]) {
        var script = Script()
        script.receive(input)
        script.cycle.reachedEnd()
        #expect(script.run() == expected)
    }

    @Test func `an end behind two requests closes after the second`() {
        var script = Script()
        script.receive(get + get)
        script.cycle.reachedEnd()
        #expect(script.run() == ["GET / ", "GET /  last", "close"])
    }

    @Test func `draining closes an idle connection and ends a busy one with its answer`() {
        var idle = Script()
        idle.cycle.startDraining(now: idle.now)
        #expect(idle.run() == ["close"])
        var busy = Script()
        busy.receive(post(3) + "ab")
        #expect(busy.run() == ["wait"])
        busy.cycle.startDraining(now: busy.now)
        #expect(busy.run() == ["wait"])
        busy.receive("c" + get)
        #expect(busy.run() == ["POST /p abc last", "close"])
    }

    @Test(arguments: ["GET /", post(3), post(3) + "ab"])
    func `a drain does not wait long for the rest of a request`(input: String) {
        var script = Script()
        script.receive(input)
        #expect(script.run() == ["wait"])
        script.cycle.startDraining(now: script.now)
        script.now += 49
        #expect(script.run() == ["wait"])
        script.now += 1
        #expect(script.run() == ["refuse 408", "close"])
    }

    @Test func `an upgrade hands over what came behind it`() {
        var script = Script()
        script.receive(get + "frames")
        #expect(script.next(answers: false) == "GET / ")
        #expect(script.cycle.upgraded() == Array("frames".utf8))
        #expect(script.next() == "wait")
        #expect(script.cycle.deadline == DeadlineTable.never)
    }

    @Test func `reading stops while pipelined requests fill the buffer`() {
        var script = Script()
        script.receive(get + get + get)
        _ = script.next(answers: false)
        #expect(script.cycle.wantsInput(pipelineBytesMax: 100))
        #expect(!script.cycle.wantsInput(pipelineBytesMax: 50))
        _ = script.cycle.answered(now: script.now)
        #expect(script.cycle.wantsInput(pipelineBytesMax: 50))
    }
}

@Suite struct RequestDeadlineTests {
    @Test func `an idle connection is closed without a word`() {
        var script = Script()
        script.now = 1_499
        #expect(script.next() == "wait")
        script.now = 1_500
        #expect(script.next() == "close")
    }

    @Test func `a head has its time from its first byte on, however often bytes come`() {
        var script = Script()
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
        var script = Script()
        script.now = 1_090
        script.receive(get + "GET /late")
        #expect(script.run() == ["GET / ", "wait"])
        #expect(script.cycle.deadline == 1_190)
    }

    @Test func `an answer starts the idle time`() {
        var script = Script()
        script.receive(get)
        _ = script.next(answers: false)
        #expect(script.cycle.deadline == DeadlineTable.never)
        script.now = 5_000
        _ = script.cycle.answered(now: script.now)
        #expect(script.cycle.deadline == 5_500)
    }

    @Test func `a body that keeps the pace never times out`() {
        var script = Script(bodyBytesMax: 10_000)
        script.receive(post(1_000))
        #expect(script.next() == "wait")
        for _ in 0..<9 {
            script.now += 100
            script.receive(String(repeating: "a", count: 100))
            #expect(script.next() == "wait")
        }
        script.receive(String(repeating: "a", count: 100))
        #expect(script.next().hasPrefix("POST"))
    }

    @Test func `a trickle is refused`() {
        var script = Script()
        script.receive(post(100))
        #expect(script.next() == "wait")
        var actions: [String] = []
        for _ in 0..<10 where actions.last != "refuse 408" {
            script.now += 30
            script.receive("a")
            actions.append(script.next())
        }
        #expect(actions.last == "refuse 408")
        #expect(script.next() == "close")
    }
}
