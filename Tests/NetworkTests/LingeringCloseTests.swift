import Synchronization
import TestSupport
import Testing

@testable import Network

@Suite(.timeLimit(.minutes(10))) struct LingeringCloseTests {
    /// What has come to pass in the turn after the next.
    private func gaveUp(
        _ act: @escaping @Sendable (inout LingeringClose, _ start: UInt64) -> Void
    ) throws -> Bool {
        let events = Record<String>()
        try withLoop { thread in
            thread.perform { loop in
                var close = LingeringClose(on: loop) { events.append("gave up") }
                act(&close, loop.nowMilliseconds)
                _ = loop.schedule(after: .zero) {
                    _ = loop.schedule(after: .zero) { events.append("looked") }
                }
            }
            events.wait("the look") { $0.contains("looked") }
        }
        return events.all.contains("gave up")
    }

    @Test func `a peer that goes on taking a long answer is not given up`() throws {
        let gaveUp = try gaveUp { close, start in
            for second in 1...600 { close.prolong(at: start + UInt64(second) * 1_000) }
        }
        #expect(!gaveUp)
    }

    @Test func `a peer that only goes on sending is given up`() throws {
        let gaveUp = try gaveUp { close, start in
            for second in 1...600 { _ = close.drop(1, at: start + UInt64(second) * 1_000) }
        }
        #expect(gaveUp)
    }
}
