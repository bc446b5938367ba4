import Glibc
import Synchronization

/// A line of a terminal that is written over as work goes on; nothing where nobody watches.
final class ProgressLine: Sendable {
    private struct State {
        var shown = ContinuousClock.now
        var isThere = false
    }

    private let isWatched = isatty(2) == 1
    private let state = Mutex(State())

    /// Shows what was reached, not more often than one can read.
    func show(_ text: String) {
        guard isWatched else { return }
        state.withLock { state in
            guard ContinuousClock.now - state.shown > .milliseconds(100) else { return }
            state = State(isThere: true)
            Terminal.progress("\r\(text)\u{1B}[K")
        }
    }

    /// A bar that is full to a share, and the share in percent: `[####----]  50 %`.
    static func bar(_ share: Double) -> String {
        let width = 20
        let full = min(width, max(0, Int(share * Double(width))))
        let percent = "\(Int(share * 100))"
        return "[" + String(repeating: "#", count: full)
            + String(repeating: "-", count: width - full) + "] "
            + String(repeating: " ", count: max(0, 3 - percent.count)) + percent + " %"
    }

    /// Takes the line away.
    func clear() {
        if state.withLock(\.isThere) { Terminal.progress("\r\u{1B}[K") }
    }
}
