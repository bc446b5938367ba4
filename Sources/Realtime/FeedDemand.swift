import Synchronization

/// Whether somebody listens on a loop, for those on other threads who have changes for it. Without
/// listeners a loop needs to hear of none: whoever comes later decides by the tables as they stand.
public final class FeedDemand: Sendable {
    private let presence = Atomic(false)

    init() {}

    /// Whether there are listeners. A change that is committed after somebody was told that he
    /// listens finds it true; it stays true for up to a second after the last one has left.
    public var isPresent: Bool { presence.load(ordering: .sequentiallyConsistent) }

    /// To be called before a listener is told that it is one.
    func arise() { set(true) }

    /// To be called when there are no listeners, and not in the midst of their coming and going.
    func subside() { set(false) }

    private func set(_ isPresent: Bool) {
        presence.store(isPresent, ordering: .sequentiallyConsistent)
    }
}
