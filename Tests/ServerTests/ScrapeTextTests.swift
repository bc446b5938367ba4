import Synchronization
import Testing

@testable import Server

@Suite struct ScrapeTextTests {
    /// A text that says how often it was made, and the clock that it goes by.
    private final class Source: Sendable {
        private let made = Atomic<UInt8>(0)
        private let now = Mutex(ContinuousClock.now)

        func make() -> [UInt8] { [made.add(1, ordering: .relaxed).newValue] }
        func wait(_ time: Duration) { now.withLock { $0 += time } }

        var text: ScrapeText { ScrapeText(uptime: { self.now.withLock { $0 } }, make: make) }
    }

    @Test func `all who ask within a second have the same text`() {
        let source = Source()
        let text = source.text
        #expect(text.bytes == [1])
        source.wait(.milliseconds(999))
        #expect(text.bytes == [1])
        source.wait(.milliseconds(1))
        #expect(text.bytes == [2] && text.bytes == [2])
        source.wait(.seconds(60))
        #expect(text.bytes == [3])
    }

    @Test func `it is made once for all who ask at the same time`() async {
        let source = Source()
        let text = source.text
        let seen = await withTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<64 { group.addTask { text.bytes } }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(seen == [[1]])
    }
}
