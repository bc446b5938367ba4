import Synchronization

/// What writers were told of their rows: what must be in the tables at the end, and what may be.
public final class Ledger: Sendable {
    /// What a writer knows of a row of its own that it has written.
    public enum Fate: Sendable {
        /// It was told that the row is there, or gone.
        case present, absent
        /// Nobody has told it.
        case unknown
    }

    /// What has been counted.
    public struct Counts: Sendable {
        /// Transactions that were told to be committed.
        public var acknowledged = 0
        /// Transactions that were undone.
        public var rolledBack = 0
        /// Answers of REST by status.
        public var statuses: [Int: Int] = [:]

        /// Answers of REST that say that all went well.
        public var successes: Int { statuses.reduce(0) { $0 + ($1.key / 100 == 2 ? $1.value : 0) } }
        /// Answers of REST by status, in words.
        public var statusText: String {
            statuses.sorted { $0.key < $1.key }
                .map { "\($0.key == 0 ? "none" : "\($0.key)") × \($0.value)" }
                .joined(separator: ", ")
        }

        /// Nothing.
        public init() {}
    }

    private struct State {
        var fates: [String: Fate] = [:]
        var counts = Counts()
        var faults: [String] = []
        /// New rows of one transaction each.
        var groups: [[String]] = []
    }

    private let state = Mutex(State())

    /// Nobody has written anything.
    public init() {}

    /// What has been counted.
    public var counts: Counts { state.withLock { $0.counts } }
    /// What writers and subscribers have seen that cannot be.
    public var faults: [String] { state.withLock { $0.faults } }

    /// A transaction is about to be committed that writes these rows.
    public func doubt(_ tokens: some Sequence<String>) {
        state.withLock { state in
            for token in tokens { state.fates[token] = .unknown }
        }
    }

    /// A transaction is about to be committed that makes these rows, all or none.
    public func doubt(together tokens: [String]) {
        doubt(tokens)
        state.withLock { $0.groups.append(tokens) }
    }

    /// A transaction is over that has written these rows, or has not.
    public func note(_ fates: [String: Fate], isCommitted: Bool = true) {
        state.withLock { state in
            for (token, fate) in fates { state.fates[token] = fate }
            if isCommitted { state.counts.acknowledged += 1 } else { state.counts.rolledBack += 1 }
        }
    }

    /// Rows of which nobody was told whether they are there.
    public var unknown: Int {
        state.withLock { state in state.fates.count { $0.value == .unknown } }
    }

    /// A request was answered; 0 for none.
    public func note(status: Int) { state.withLock { $0.counts.statuses[status, default: 0] += 1 } }

    /// Something cannot be.
    public func note(fault: String) { state.withLock { $0.faults.append(fault) } }

    /// Compares with how often each token is in the table.
    public func faults(against table: [String: Int]) -> [String] {
        let (fates, groups) = state.withLock { ($0.fates, $0.groups) }
        let halves = groups.filter { group in
            // Of those that nobody has touched since.
            group.allSatisfy { fates[$0] == .unknown } && Set(group.map { table[$0] }).count > 1
        }
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
            + halves.map { "of \($0) some are there and some are not" }
    }
}

/// Rows that tell subscribers that all is over.
public enum Marker {
    /// What their tokens begin with.
    public static let prefix = "end "
}
