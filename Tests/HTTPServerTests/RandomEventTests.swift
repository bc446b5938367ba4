import HTTP
import TestSupport
import Testing

@testable import HTTPServer

/// Whatever comes in whatever order, nothing traps, the cycle comes to rest, and every request that
/// was handed out whole is one that was sent.
@Suite struct RandomEventTests {
    static let requests = [
        plainGet, post(3) + "abc", post(3, to: "/no") + "abc", post(70_000, to: "/no"),
        post(2, "Expect: 100-continue\r\n") + "ab", post(101) + "x",
        "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "POST /no HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n", "nonsense\r\n", post(4, to: "/s") + "abcd",
        post(2, "Expect: 100-continue\r\n", to: "/s") + "ab",
        "POST /s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n65\r\n",
    ]
    static let answers: Set<String> = ["GET / ", "POST /p abc", "POST /p ab", "POST /c abc"]
    /// What may be handed out of the streamed ones, wherever they are cut.
    static let supplies: Set<String> = [
        "supply a", "supply ab", "supply abc", "supply abcd", "supply b", "supply bc", "supply bcd",
        "supply c", "supply cd", "supply d", "supply the end",
    ]

    @Test(arguments: UInt64(0)..<200)
    func `events in any order bring the cycle to rest`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var script = CycleScript()
        var pending = ""
        var isAnswering = false
        for _ in 0..<200 {
            switch Int.random(in: 0..<12, using: &generator) {
            case 0...4:
                if pending.isEmpty {
                    pending = Self.requests.randomElement(using: &generator) ?? ""
                }
                let count = Int.random(in: 1...pending.utf8.count, using: &generator)
                script.receive(String(decoding: pending.utf8.prefix(count), as: UTF8.self))
                pending = String(decoding: pending.utf8.dropFirst(count), as: UTF8.self)
            case 5 where isAnswering && script.isStreaming: script.awaitPart()
            case 5...8:
                if isAnswering {
                    _ = script.answer()
                    isAnswering = false
                }
            case 9: script.now += UInt64.random(in: 0..<150, using: &generator)
            case 10 where Int.random(in: 0..<10, using: &generator) == 0: script.cycle.reachedEnd()
            case 11 where Int.random(in: 0..<10, using: &generator) == 0:
                script.cycle.startDraining(now: script.now)
            default: break
            }
            isAnswering = run(&script, isAnswering)
        }
    }

    /// Runs to rest; true if a request waits for its answer.
    private func run(_ script: inout CycleScript, _ isWaiting: Bool) -> Bool {
        var isAnswering = isWaiting
        for _ in 0..<50 {
            let action = script.next(answers: false)
            if action == "wait" || action == "close" { return isAnswering && action == "wait" }
            if Self.answers.contains(action) { return true }
            if action == "admit /s" { isAnswering = true }
            if action.hasPrefix("refuse") { isAnswering = false }
            if action.hasPrefix("supply") {
                #expect(Self.supplies.contains(action) && isAnswering, "\(action)")
                continue
            }
            #expect(
                action.hasPrefix("admit") || action.hasPrefix("turn away") || action == "continue"
                    || action.hasPrefix("refuse"), "\(action)")
        }
        Issue.record("no rest")
        return false
    }
}
