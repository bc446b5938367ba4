import Store
import Synchronization

/// Where the hook finds those who look at changes. The hook is set before the writer exists.
final class HookTarget {
    var capture: ChangeCapture?
    var tally: RowTally?
}

/// Those who are told of committed changes.
final class Publishers: Sendable {
    /// Every commit counts, with or without changes of watched tables.
    let commits = CommitCount()
    /// What is known of the rows of each table.
    let counts = RowCounts()
    /// One who is told, and told again when the replies have been sent.
    struct Publisher: Sendable {
        let publish: @Sendable ([Change]) -> Void
        let afterReplies: @Sendable () -> Void
    }

    private let list = Mutex<[Publisher]>([])

    func add(_ publisher: Publisher) { list.withLock { $0.append(publisher) } }

    func publish(_ changes: [Change]) {
        commits.advance()
        if changes.isEmpty { return }
        for publisher in list.withLock({ $0 }) { publisher.publish(changes) }
    }

    /// The replies to the writes whose changes were published have been sent.
    func endReplies() {
        for publisher in list.withLock({ $0 }) { publisher.afterReplies() }
    }
}
