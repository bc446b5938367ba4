import HTTP
import TestSupport
import Testing

@testable import HTTPServer

private func actions(_ cycle: inout WebSocketCycle, _ bytes: [UInt8]) -> [WebSocketCycle.Action] {
    var found: [WebSocketCycle.Action] = []
    var position = 0
    while let action = cycle.next(bytes.span, at: &position) { found.append(action) }
    return found
}

@Suite struct WebSocketCycleTests {
    static let goodbye = clientFrame(0x88, [0x03, 0xE8] + Array("bye".utf8))

    @Test func `messages are delivered and pings answered`() {
        var cycle = WebSocketCycle(messageBytesMax: 100)
        let bytes = clientFrame(0x81, [0x61]) + clientFrame(0x89, [1, 2]) + clientFrame(0x8A, [3])
        #expect(
            actions(&cycle, bytes) == [
                .deliver(.text([0x61])), .send([0x8A, 2, 1, 2]), .deliver(.pong([3])),
            ])
    }

    @Test func `the peer's close is answered with its code, and later frames are dropped`() {
        var cycle = WebSocketCycle(messageBytesMax: 100)
        let found = actions(&cycle, Self.goodbye + clientFrame(0x81, [0x61]))
        #expect(found == [.finish(frame: [0x88, 2, 0x03, 0xE8], code: 1000)])
        #expect(cycle.close(code: 1001, reason: "", deadline: 5) == nil)
        #expect(!cycle.isOpen)
    }

    @Test func `a close without a code is answered without one`() {
        var cycle = WebSocketCycle(messageBytesMax: 100)
        #expect(actions(&cycle, clientFrame(0x88, [])) == [.finish(frame: [0x88, 0], code: 1005)])
    }

    @Test func `our close waits for the peer's and drops what comes between`() {
        var cycle = WebSocketCycle(messageBytesMax: 100)
        #expect(cycle.close(code: 1012, reason: "", deadline: 77) == [0x88, 2, 0x03, 0xF4])
        #expect(cycle.closeDeadline == 77)
        #expect(!cycle.isOpen)
        let bytes = clientFrame(0x81, [0x61]) + clientFrame(0x89, []) + Self.goodbye
        #expect(actions(&cycle, bytes) == [.finish(frame: nil, code: 1000)])
    }

    @Test func `a broken frame is answered with the code of the fault`() {
        var cycle = WebSocketCycle(messageBytesMax: 3)
        let found = actions(&cycle, clientFrame(0x82, [0, 0, 0, 0]))
        guard found.count == 1, case .finish(let frame?, 1009) = found[0] else {
            Issue.record("\(found)")
            return
        }
        #expect(frame.prefix(4).dropFirst(2) == [0x03, 0xF1])
    }

    @Test func `a broken frame after our close gets no second close`() {
        var cycle = WebSocketCycle(messageBytesMax: 3)
        _ = cycle.close(code: 1000, reason: "", deadline: 1)
        #expect(actions(&cycle, [0x83, 0x80]) == [.finish(frame: nil, code: 1002)])
    }
}
