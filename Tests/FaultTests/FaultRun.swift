import CrashTestSupport
import Glibc
import ServerTestSupport
import Synchronization
import TestSupport

/// A server on SQLite, with clients that write, read and listen, to which something is done. At the
/// end what they were told is compared with what lies in its file.
final class FaultRun: Sendable {
    /// What one run came to.
    struct Summary: CustomStringConvertible {
        var name = ""
        var counts = Ledger.Counts()
        var unknown = 0
        var changes = 0
        var delivered = 0
        var joins = 0
        var resets = 0
        var reads = 0
        var disturbances = 0
        /// The longest from the end of a disturbance to the next writes that were acknowledged.
        var slowestReturn = Duration.zero
        var faults: [String] = []
        var logged: [String] = []

        var description: String {
            let statuses = counts.statuses.sorted { $0.key < $1.key }
                .map { "\($0.key == 0 ? "none" : "\($0.key)") × \($0.value)" }
            return "faults: \(name), seed \(FaultScale.seed): \(disturbances) times, "
                + "\(counts.acknowledged) writes acknowledged, \(unknown) rows in doubt, "
                + "answers \(statuses.joined(separator: ", ")), \(reads) reads, "
                + "\(changes) changes logged, \(delivered) delivered in \(joins) joins "
                + "(\(resets) resets), served again within "
                + "\(slowestReturn / .milliseconds(1)) ms, \(faults.count) faults"
        }
    }

    private static let writers = 4
    private static let subscribers = 3
    private static let readers = 2

    /// Kept, since its folder goes with it.
    private let project: Mutex<TestProject>
    private let database: String
    let node: ServedNode
    let ledger = Ledger()
    private let subscribed = Record<Subscriber>()
    private let writersLeft = Atomic(writers)
    private let reads = Counter()
    private let isOver = Atomic(false)
    private let isEnded = Atomic(false)
    private let driven = Mutex(Summary())

    /// Makes the project, and the rows that are counted up.
    init() throws {
        let project = try TestProject(models: ServedNode.models)
        database = project.data + "/apus.db"
        node = try ServedNode(project)
        self.project = Mutex(project)
        let command = try node.start()
        let client = try HTTPClient(port: node.port ?? 0, key: node.key)
        let rows = (0..<Self.writers).map { #"{"id":\#(Tallies.first(ofWriter: $0)),"version":1}"# }
        let answer = try client.send(
            "POST", "/rest/v1/tallies", "[\(rows.joined(separator: ","))]")
        _ = node.end(command)
        guard answer.status == 201 else { throw NodeFault.notStarted(answer.text) }
    }

    /// Runs everything.
    ///
    /// - Parameter disturb: what is done to the server, on a thread of its own.
    func run(
        _ name: String, _ disturb: @escaping @Sendable (inout Disturbance) throws -> Void
    ) async -> Summary {
        let faults = await onThreads(
            (0..<Self.writers).map(writer) + (0..<Self.subscribers).map { _ in subscriber() }
                + (0..<Self.readers).map { _ in reader() }
                + [{ [self] in try drive(disturb) }])
        var summary = driven.withLock { $0 }
        summary.name = name
        summary.counts = ledger.counts
        summary.unknown = ledger.unknown
        summary.reads = reads.count
        summary.faults += faults + ledger.faults
        do { try judge(&summary) } catch { summary.faults.append("\(error)") }
        return summary
    }

    // MARK: Who takes part

    private func writer(_ number: Int) -> @Sendable () throws -> Void {
        { [self] in
            var writer = RESTWriter(number, node, ledger, seed: FaultScale.seed)
            writer.run { isOver.load(ordering: .relaxed) }
            writersLeft.subtract(1, ordering: .relaxed)
        }
    }

    private func subscriber() -> @Sendable () throws -> Void {
        { [self] in
            var subscriber = Subscriber(node, ledger)
            subscriber.run { isEnded.load(ordering: .relaxed) }
            subscribed.append(subscriber)
        }
    }

    /// Reads whole lists: each answer is whole JSON, or there is none.
    private func reader() -> @Sendable () throws -> Void {
        { [self] in
            while !isOver.load(ordering: .relaxed) {
                guard let port = node.port, let client = try? HTTPClient(port: port, key: node.key)
                else {
                    usleep(5_000)
                    continue
                }
                while !isOver.load(ordering: .relaxed),
                    let answer = try? client.send("GET", "/rest/v1/entries?order=id.desc&limit=200")
                {
                    reads.next()
                    if answer.status != 503, answer.status != 200 || (try? answer.json) == nil {
                        ledger.note(fault: "a read: \(answer.status) \(answer.text.prefix(80))")
                    }
                    usleep(10_000)
                }
            }
        }
    }

    private func drive(_ disturb: (inout Disturbance) throws -> Void) throws {
        defer {
            isOver.store(true, ordering: .relaxed)
            isEnded.store(true, ordering: .relaxed)
        }
        var disturbance = Disturbance(node, ledger)
        try disturb(&disturbance)
        isOver.store(true, ordering: .relaxed)
        while writersLeft.load(ordering: .relaxed) > 0 { usleep(1_000) }
        try endSubscribers(&disturbance.summary)
        disturbance.end()
        driven.withLock { $0 = disturbance.summary }
    }

    private func endSubscribers(_ summary: inout Summary) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        var number = 0
        while subscribed.all.count < Self.subscribers, .now < deadline {
            number += 1
            let client = try HTTPClient(port: node.port ?? 0, key: node.key)
            let row = #"{"token":"\#(Marker.prefix)\#(number)","version":1}"#
            let answer = try client.send("POST", "/rest/v1/entries", row)
            if answer.status != 201 { summary.faults.append("the end: \(answer.text)") }
            usleep(200_000)
        }
        if subscribed.all.count < Self.subscribers {
            summary.faults.append("subscribers did not hear of the end")
        }
    }

    // MARK: Judgement

    private func judge(_ summary: inout Summary) throws {
        let file = try DatabaseFile(database)
        summary.faults += try file.damages()
        let (tables, tokens) = try file.rows()
        let markers = Set(
            tokens.filter { $0.token.hasPrefix(Marker.prefix) }
                .map { Subscriber.Row(table: "entries", id: $0.id) })
        let counted = Dictionary(tokens.map { ($0.token, 1) }, uniquingKeysWith: +)
        summary.faults += ledger.faults(against: counted)
        let log = try file.log()
        summary.changes = log.count
        summary.faults += log.faults
        if log.rows != tables { summary.faults.append("the log does not make the tables") }
        for subscriber in subscribed.all {
            summary.delivered += subscriber.changeCount
            summary.joins += subscriber.joins
            summary.resets += subscriber.resets
            summary.faults += subscriber.faults(against: tables, but: markers)
        }
    }
}
