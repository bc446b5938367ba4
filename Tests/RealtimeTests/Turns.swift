@testable import Realtime

/// What a hub leaves to later turns of its loop.
final class Turns {
    private(set) var later: [() -> Void] = []

    func leave(_ work: @escaping () -> Void) { later.append(work) }

    /// Runs what was left to a later turn; answers whether there was something.
    @discardableResult
    func next() -> Bool {
        let due = later
        later = []
        for work in due { work() }
        return !due.isEmpty
    }
}

extension Stage {
    /// A stage whose clock goes on by more than a turn's part at each look, once it is told to.
    convenience init(
        _ models: [String: String], settings: FeedSettings = FeedSettings(), in turns: Turns
    ) throws {
        try self.init(models, settings: settings, inLaterTurn: { turns.leave($0) })
    }

    /// From now on each look at the clock ends a step.
    func endStepsAtEachLook() { timeOfLook = FeedSettings().stepTime }
}
