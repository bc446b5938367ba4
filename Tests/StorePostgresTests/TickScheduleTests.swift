import Testing

@testable import StorePostgres

/// A schedule whose steps are told in milliseconds.
private struct Transcript {
    var schedule = TickSchedule(newest: 0, at: 0)
    var lines: [String] = []

    mutating func at(_ milliseconds: UInt64, _ event: TickSchedule.Event) {
        let actions = schedule.take(event, at: milliseconds * 1_000_000)
        let wake = schedule.wakeAt.map { "\($0 / 1_000_000)" } ?? "-"
        let words = actions.map(\.words).joined(separator: " ")
        lines.append("\(milliseconds) \(event.words): [\(words)] wake \(wake)")
    }
}

extension TickSchedule.Event {
    fileprivate var words: String {
        switch self {
        case .committed: "committed"
        case .tickEnded(let newest, _): "ticked \(newest)"
        case .tickFailed: "tick failed"
        case .lookEnded(let newest): "looked \(newest)"
        case .lookFailed: "look failed"
        case .notified(let number): "notified \(number)"
        case .listening(let isListening): isListening ? "listening" : "deaf"
        case .woke: "woke"
        }
    }
}

extension TickSchedule.Action {
    fileprivate var words: String {
        switch self {
        case .tick: "tick"
        case .look: "look"
        case .read: "read"
        }
    }
}

@Suite struct TickScheduleTests {
    @Test func `commits share the tick that follows them`() {
        var transcript = Transcript()
        transcript.at(0, .listening(true))
        transcript.at(1, .tickEnded(newest: 0, changes: 1))
        transcript.at(100, .committed)
        transcript.at(101, .committed)
        transcript.at(101, .committed)
        transcript.at(102, .tickEnded(newest: 1, changes: 1))
        transcript.at(107, .woke)
        transcript.at(108, .tickEnded(newest: 2, changes: 1))
        transcript.at(110, .committed)
        transcript.at(113, .woke)
        #expect(
            transcript.lines == [
                "0 listening: [tick] wake -", "1 ticked 0: [] wake 251",
                "100 committed: [tick] wake -", "101 committed: [] wake -",
                "101 committed: [] wake -", "102 ticked 1: [read] wake 107",
                "107 woke: [tick] wake -", "108 ticked 2: [read] wake 358",
                "110 committed: [] wake 113", "113 woke: [tick] wake -",
            ])
    }

    @Test(arguments: [
        (0, 5), (1, 5), (2, 10), (4, 20), (100, 25), (500, 25), (600, 30), (-7, 5), (.max, 35),
    ])
    func `the more changes a tick has found, the longer the next commit waits`(
        changes: Int64, milliseconds: UInt64
    ) {
        var schedule = TickSchedule(newest: 0, at: 0)
        _ = schedule.take(.listening(true), at: 0)
        _ = schedule.take(.committed, at: 0)
        _ = schedule.take(.tickEnded(newest: 1, changes: changes), at: 0)
        #expect(schedule.wakeAt == milliseconds * 1_000_000)
    }

    @Test func `ticks look for what others wrote, and rest when another node has ticked`() {
        var transcript = Transcript()
        transcript.at(0, .listening(true))
        transcript.at(0, .tickEnded(newest: 4, changes: 1))
        transcript.at(250, .woke)
        transcript.at(251, .tickEnded(newest: 4, changes: 1))
        transcript.at(400, .notified(5))
        transcript.at(401, .notified(5))
        transcript.at(650, .woke)
        #expect(
            transcript.lines == [
                "0 listening: [tick] wake -", "0 ticked 4: [read] wake 250",
                "250 woke: [tick] wake -", "251 ticked 4: [] wake 501",
                "400 notified 5: [read] wake 650", "401 notified 5: [] wake 650",
                "650 woke: [tick] wake -",
            ])
    }

    @Test func `where nothing is notified, the log is looked at more often`() {
        var transcript = Transcript()
        transcript.at(0, .woke)
        transcript.at(1, .tickEnded(newest: 0, changes: 1))
        transcript.at(201, .woke)
        transcript.at(202, .lookEnded(newest: 3))
        transcript.at(402, .woke)
        transcript.at(403, .lookEnded(newest: 3))
        transcript.at(452, .woke)
        #expect(
            transcript.lines == [
                "0 woke: [tick] wake -", "1 ticked 0: [] wake 201", "201 woke: [look] wake 251",
                "202 looked 3: [read] wake 402", "402 woke: [look] wake 452",
                "403 looked 3: [] wake 452", "452 woke: [tick] wake -",
            ])
    }

    @Test func `failures come again later and later, and commits do not hurry them`() {
        var transcript = Transcript()
        transcript.at(0, .listening(true))
        transcript.at(10, .tickFailed)
        transcript.at(20, .committed)
        transcript.at(60, .woke)
        transcript.at(61, .lookFailed)
        transcript.at(70, .tickFailed)
        transcript.at(111, .woke)
        transcript.at(112, .lookEnded(newest: 1))
        transcript.at(170, .woke)
        transcript.at(171, .tickEnded(newest: 2, changes: 1))
        #expect(
            transcript.lines == [
                "0 listening: [tick] wake -", "10 tick failed: [look] wake 60",
                "20 committed: [] wake 60", "60 woke: [tick] wake -", "61 look failed: [] wake -",
                "70 tick failed: [] wake 111", "111 woke: [look] wake 170",
                "112 looked 1: [read] wake 170", "170 woke: [tick] wake -",
                "171 ticked 2: [read] wake 421",
            ])
    }

    @Test func `the wait after failures has an end`() {
        var schedule = TickSchedule(newest: 0, at: 0)
        _ = schedule.take(.woke, at: 0)
        for _ in 0..<100 {
            _ = schedule.take(.tickFailed, at: 0)
            _ = schedule.take(.lookFailed, at: 0)
            #expect((schedule.wakeAt ?? .max) <= CaptureLimits.retryMost)
            _ = schedule.take(.woke, at: 0)
            _ = schedule.take(.woke, at: CaptureLimits.retryMost)
        }
    }
}
