import HTTP
import Testing

@testable import HTTPServer

@Suite struct AdmissionTests {
    static let refused = post(3, to: "/no")
    static let chunkedHead = "POST /no HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    static let chunks = "3\r\nabc\r\n0\r\n\r\n"

    @Test(arguments: [refused + "abc", chunkedHead + chunks])
    func `a refused body that is here is dropped and the connection kept`(input: String) {
        var script = CycleScript()
        script.receive(input + plainGet)
        #expect(script.run() == ["turn away 401", "GET / ", "wait"])
    }

    @Test(arguments: [(refused, "abc"), (chunkedHead, chunks)])
    func `a small refused body is dropped as it comes, wherever it is cut`(
        head: String, body: String
    ) {
        for count in 0..<body.utf8.count {
            var script = CycleScript()
            script.receive(head + String(decoding: body.utf8.prefix(count), as: UTF8.self))
            #expect(script.run() == ["turn away 401", "wait"])
            script.receive(String(decoding: body.utf8.dropFirst(count), as: UTF8.self) + plainGet)
            #expect(script.run() == ["GET / ", "wait"])
        }
    }

    @Test(arguments: [
        post(70_000, to: "/no"), post(3, "Expect: 100-continue\r\n", to: "/no"),
        chunkedHead + "zz\r\n", post(3, "Connection: close\r\n", to: "/no") + "abc",
        chunkedHead + "11000\r\n",
    ])
    func `a refused body that is long, or may not come, ends the connection`(input: String) {
        var script = CycleScript()
        script.receive(input)
        #expect(script.run() == ["turn away 401 last", "close"])
        script.receive(plainGet)
        #expect(script.run() == ["close"])
    }

    @Test func `whoever expects 100-continue and sends at once keeps the connection`() {
        var script = CycleScript()
        script.receive(post(3, "Expect: 100-continue\r\n", to: "/no") + "abc" + plainGet)
        #expect(script.run() == ["turn away 401", "GET / ", "wait"])
    }

    @Test func `a refused chunked body that grows is given up`() {
        var script = CycleScript()
        script.receive(Self.chunkedHead)
        #expect(script.run() == ["turn away 401", "wait"])
        script.receive("ffff\r\n" + String(repeating: "a", count: 65_535) + "\r\n")
        #expect(script.run().filter { $0 != "go on" } == ["wait"])
        script.receive("2\r\n")
        #expect(script.run() == ["close"])
    }

    @Test(arguments: ["time", "end", "drain"])
    func `the rest of a refused body is not awaited for ever`(what: String) {
        var script = CycleScript()
        script.receive(Self.refused)
        #expect(script.run() == ["turn away 401", "wait"])
        switch what {
        case "time": script.now += 200
        case "end": script.cycle.reachedEnd()
        default: script.cycle.startDraining(now: script.now)
        }
        #expect(script.run() == ["close"])
    }

    @Test func `a peer that has ended gets its refusal and what stands behind it`() {
        var script = CycleScript()
        script.receive(Self.refused + "ab")
        script.cycle.reachedEnd()
        #expect(script.run() == ["turn away 401 last", "close"])
        var pipelined = CycleScript()
        pipelined.receive(Self.refused + "abc" + plainGet)
        pipelined.cycle.reachedEnd()
        #expect(pipelined.run() == ["turn away 401", "GET /  last", "close"])
    }

    @Test(arguments: [
        ("Content-Type: text/plain; charset=utf-8\r\n", "admit /p"), ("", "admit /p"),
        ("Content-Type: TEXT/Plain \r\n", "admit /p"), ("Content-Type: ;\r\n", "admit /p"),
        ("Content-Type: text/plainer\r\n", "turn away 415"),
        ("Content-Type: \"\\\r\n", "turn away 415"),
    ])
    func `the policy judges the media type`(field: String, action: String) {
        var script = CycleScript()
        script.receive(post(3, field) + "abc")
        #expect(script.next() == action)
    }

    @Test func `chunks are refused as soon as they pass the limit`() {
        var script = CycleScript()
        script.receive("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(script.run() == ["admit /c", "wait"])
        script.receive("64\r\n" + String(repeating: "a", count: 100) + "\r\n")
        #expect(script.run() == ["wait"])
        script.receive("1\r\n")
        #expect(script.run() == ["refuse 413", "close"])
    }
}
