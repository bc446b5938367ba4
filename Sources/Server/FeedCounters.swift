import Bytes
import Realtime
import Synchronization

/// What the feeds of all loops have done; each loop tells its numbers once a second.
final class FeedCounters: Sendable {
    private let loops = Mutex<[Int: RealtimeCounters]>([:])

    /// Takes one loop's newest numbers.
    func record(_ counters: RealtimeCounters, loop: Int) {
        loops.withLock { $0[loop] = counters }
    }

    /// Appends the sums in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        let loops = loops.withLock { Array($0.values) }
        func single(
            _ name: String, _ type: String, _ help: String, _ value: KeyPath<RealtimeCounters, Int>
        ) {
            let sum = loops.reduce(0) { $0 + $1[keyPath: value] }
            MetricText.single("apus_feed_\(name)", type, help, sum, to: &output)
        }
        single("sockets", "gauge", "Sockets open now.", \.sessions)
        single("channels", "gauge", "Channels joined now.", \.channels)
        single("changes_total", "counter", "Changes taken from the log, by each loop.", \.changes)
        single("deliveries_total", "counter", "Changes handed to sockets.", \.deliveries)
        single("slow_closes_total", "counter", "Sockets closed as too slow.", \.slowCloses)
        single(
            "dropped_messages_total", "counter", "Messages not understood, or too many.",
            \.droppedMessages)
        single(
            "broken_decisions_total", "counter",
            "Changes that a rule failed on; those who listen were told to read again.",
            \.brokenDecisions)
        single(
            "unindexed_bindings", "gauge", "Bindings now whose filters no index decides.",
            \.unindexed)
        single(
            "over_budget_changes_total", "counter",
            "Changes that there was no time to ask all filters about.", \.overBudgetChanges)
        single(
            "skipped_listeners_total", "counter",
            "Filters that were not asked for lack of time; their clients were told to read again.",
            \.skippedListeners)
        append(loops.map(\.refused), to: &output)
        single(
            "resets_total", "counter",
            "Channels ended because a table of theirs must be fetched anew.", \.resets)
    }

    private func append(_ refused: [[FeedBound: Int]], to output: inout [UInt8]) {
        let name = "apus_feed_refused_total"
        MetricText.head(
            name, "counter", "Sockets, joins and bindings refused, by the bound they met.",
            to: &output)
        for bound in FeedBound.allCases {
            let sum = refused.reduce(0) { $0 + ($1[bound] ?? 0) }
            output.append(utf8: "\(name){bound=\"\(bound.rawValue)\"} \(sum)\n")
        }
    }
}
