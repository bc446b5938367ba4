import Synchronization

/// Which tables somebody listens to on a loop, for those on other threads who have changes for it.
/// Without listeners a loop needs to hear of none: whoever comes later decides by the tables as
/// they stand.
public final class FeedDemand: Sendable {
    private let presence = Atomic(false)
    private let names = Mutex<Set<String>>([])

    init() {}

    /// Whether there are listeners. A change that is committed after somebody was told that he
    /// listens finds it true; it stays true for up to a second after the last one has left.
    public var isPresent: Bool { presence.load(ordering: .sequentiallyConsistent) }

    /// The tables that are listened to, and those that the rules of such look at; as up to date as
    /// `isPresent`.
    public var tables: Set<String> { names.withLock { $0 } }

    /// To be called before a listener is told that it is one.
    func arise(for tables: some Sequence<String>) {
        names.withLock { $0.formUnion(tables) }
        presence.store(true, ordering: .sequentiallyConsistent)
    }

    /// To be called with what is still listened to, and not in the midst of coming and going.
    func subside(to tables: Set<String>) {
        names.withLock { $0 = tables }
        presence.store(!tables.isEmpty, ordering: .sequentiallyConsistent)
    }
}
