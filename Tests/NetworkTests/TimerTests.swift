import Diagnostics
import Testing

@testable import Network

@Suite struct TimerQueueTests {
    let queue = TimerQueue()

    /// Lets the queue's time pass, a millisecond at a time.
    private func run(for milliseconds: UInt64) {
        for time in queue.now...(queue.now + milliseconds) {
            queue.refresh(to: time)
            queue.fireDue()
        }
    }

    @Test func `timers fire in the order of their deadlines`() {
        var fired: [Int] = []
        let tokens = [5, 1, 9, 3, 7].map { delay in
            queue.schedule(after: .milliseconds(delay)) { fired.append(delay) }
        }
        run(for: 12)
        #expect(fired == [1, 3, 5, 7, 9])
        #expect(queue.count == 0)
        _ = tokens
    }

    @Test func `a timer never fires early`() {
        let start = queue.now
        var firedAt: UInt64 = 0
        let token = queue.schedule(after: .microseconds(4100)) { [queue] in firedAt = queue.now }
        run(for: 8)
        #expect(firedAt == start + 5)
        _ = token
    }

    @Test func `a re-armed timer waits for its new deadline and costs no new entry`() {
        var count = 0
        let token = queue.schedule(after: .milliseconds(3)) { count += 1 }
        for _ in 0..<1000 { token.rearm(after: .milliseconds(12)) }
        #expect(queue.count == 1)
        run(for: 6)
        #expect(count == 0)
        run(for: 10)
        #expect(count == 1)
    }

    @Test func `an earlier deadline counts at once, and once`() {
        var count = 0
        let token = queue.schedule(after: .milliseconds(8)) { count += 1 }
        token.rearm(after: .milliseconds(1))
        run(for: 4)
        #expect(count == 1)
        run(for: 8)
        #expect(count == 1)
    }

    @Test func `a cancelled timer never fires, a fired one when it is armed again`() {
        var fired: [String] = []
        let cancelled = queue.schedule(after: .zero) { fired.append("cancelled") }
        let once = queue.schedule(after: .zero) { fired.append("once") }
        cancelled.cancel()
        cancelled.rearm(after: .zero)
        run(for: 2)
        #expect(fired == ["once"])
        once.rearm(after: .zero)
        run(for: 2)
        #expect(fired == ["once", "once"])
    }

    @Test func `a timer that cancels another of the same moment is obeyed`() {
        var fired: [Int] = []
        var second: TimerToken?
        let first = queue.schedule(after: .zero) {
            fired.append(1)
            second?.cancel()
        }
        second = queue.schedule(after: .zero) { fired.append(2) }
        run(for: 2)
        #expect(fired == [1])
        _ = first
    }

    @Test func `a timer that schedules itself does not hold the turn`() {
        var count = 0
        func again() {
            count += 1
            _ = queue.schedule(after: .zero, again)
        }
        again()
        queue.fireDue()
        #expect(count == 2)
    }

    @Test func `many cancelled timers leave the heap before their time`() {
        let tokens = (0..<10_000).map { _ in queue.schedule(after: .seconds(60)) {} }
        for token in tokens.dropLast(10) { token.cancel() }
        #expect(queue.count < 600)
        for token in tokens.suffix(10) {
            #expect(queue.count >= 10)
            token.cancel()
        }
    }

    @Test(arguments: [
        (Duration.zero, UInt64(0)), (.seconds(-1), 0), (.nanoseconds(1), 1), (.milliseconds(1), 1),
        (.microseconds(1001), 2), (.seconds(2), 2000), (.seconds(Int64.max), UInt64.max / 2),
    ])
    func `durations become whole milliseconds, rounded up`(duration: Duration, expected: UInt64) {
        #expect(duration.wholeMilliseconds == expected)
    }
}
