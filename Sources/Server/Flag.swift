import Synchronization

/// A switch that is thrown once, from any thread.
final class Flag: Sendable {
    private let state = Atomic(false)

    var isRaised: Bool { state.load(ordering: .relaxed) }

    /// Raises the flag; false when it was up already.
    func raise() -> Bool { !state.exchange(true, ordering: .acquiringAndReleasing) }
}
