import Synchronization

/// What writers were told of their rows: what must be in the tables at the end, and what may be.
final class Ledger: Sendable {
    /// What a writer knows of a row of its own that it has written.
    enum Fate {
        /// It was told that the row is there, or gone.
        case present, absent
        /// Nobody has told it.
        case unknown
    }

    /// What has been counted.
    struct Counts {
        var acknowledged = 0
        var rolledBack = 0
        /// Answers of REST by status.
        var statuses: [Int: Int] = [:]
    }

    private struct State {
        var fates: [String: Fate] = [:]
        var counts = Counts()
        var faults: [String] = []
    }

    private let state = Mutex(State())

    var counts: Counts { state.withLock { $0.counts } }
    var faults: [String] { state.withLock { $0.faults } }

    /// A transaction is about to be committed that writes these rows.
    func doubt(_ tokens: some Sequence<String>) {
        state.withLock { state in
            for token in tokens { state.fates[token] = .unknown }
        }
    }

    /// A transaction is over that has written these rows, or has not.
    func note(_ fates: [String: Fate], isCommitted: Bool = true) {
        state.withLock { state in
            for (token, fate) in fates { state.fates[token] = fate }
            if isCommitted { state.counts.acknowledged += 1 } else { state.counts.rolledBack += 1 }
        }
    }

    /// Rows of which nobody was told whether they are there.
    var unknown: Int { state.withLock { state in state.fates.count { $0.value == .unknown } } }

    func note(status: Int) { state.withLock { $0.counts.statuses[status, default: 0] += 1 } }

    func note(fault: String) { state.withLock { $0.faults.append(fault) } }

    /// Compares with how often each token is in the table.
    func faults(against table: [String: Int]) -> [String] {
        let fates = state.withLock { $0.fates }
        let counted = fates.compactMap { token, fate -> String? in
            let count = table[token] ?? 0
            let isRight =
                switch fate {
                case .present: count == 1
                case .absent: count == 0
                case .unknown: count <= 1
                }
            return isRight ? nil : "\(token) is there \(count) times, and was told \(fate)"
        }
        let strangers = table.keys.filter { fates[$0] == nil && !$0.hasPrefix(Marker.prefix) }
        return counted + strangers.map { "\($0) is there, and nobody has written it" }
    }
}

/// Rows that tell subscribers that all is over.
enum Marker {
    static let prefix = "end "
}
