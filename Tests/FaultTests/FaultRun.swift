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
        var heard = Clients.Heard()
        var reads = 0
        var disturbances = 0
        /// The longest from the end of a disturbance to the next writes that were acknowledged.
        var slowestReturn = Duration.zero
        var faults: [String] = []
        var logged: [String] = []

        var description: String {
            "faults: \(name), seed \(FaultScale.seed): \(disturbances) times, "
                + "\(counts.acknowledged) writes acknowledged, \(unknown) rows in doubt, "
                + "answers \(counts.statusText), \(reads) reads, "
                + "\(changes) changes logged, \(heard.text), served again within "
                + "\(slowestReturn / .milliseconds(1)) ms, \(faults.count) faults"
        }
    }

    private static let writers = 4
    private static let readers = 2

    /// Kept, since its folder goes with it.
    private let project: Mutex<TestProject>
    private let database: String
    let node: ServedNode
    private let clients: Clients
    private let reads = Counter()
    private let driven = Mutex(Summary())

    /// Makes the project, and the rows that are counted up.
    init() throws {
        let project = try TestProject(models: ServedNode.models)
        database = project.data + "/apus.db"
        node = try ServedNode(project)
        clients = Clients(of: node, subscribers: 3, seed: FaultScale.seed)
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
            clients.writers(Self.writers) + clients.subscribers()
                + (0..<Self.readers).map { _ in reader() }
                + [{ [self] in try drive(disturb) }])
        var summary = driven.withLock { $0 }
        summary.name = name
        summary.counts = clients.ledger.counts
        summary.unknown = clients.ledger.unknown
        summary.reads = reads.count
        summary.faults += faults + clients.ledger.faults
        do { try judge(&summary) } catch { summary.faults.append("\(error)") }
        return summary
    }

    /// Reads whole lists: each answer is whole JSON, or there is none.
    private func reader() -> Clients.Work {
        { [self] in
            while !clients.hasEnded {
                guard let port = node.port, let client = try? HTTPClient(port: port, key: node.key)
                else {
                    usleep(5_000)
                    continue
                }
                while !clients.hasEnded,
                    let answer = try? client.send("GET", "/rest/v1/entries?order=id.desc&limit=200")
                {
                    reads.next()
                    if answer.status != 503, answer.status != 200 || (try? answer.json) == nil {
                        clients.ledger.note(fault: "a read: \(answer.status) \(answer.text.prefix(80))")
                    }
                    usleep(10_000)
                }
            }
        }
    }

    private func drive(_ disturb: (inout Disturbance) throws -> Void) throws {
        try clients.disturbed {
            var disturbance = Disturbance(node, clients)
            try disturb(&disturbance)
            disturbance.summary.faults += try clients.end(telling: insert)
            disturbance.end()
            driven.withLock { $0 = disturbance.summary }
        }
    }

    private func insert(_ token: String) throws {
        let client = try HTTPClient(port: node.port ?? 0, key: node.key)
        let row = #"{"token":"\#(token)","version":1}"#
        let answer = try client.send("POST", "/rest/v1/entries", row)
        if answer.status != 201 { clients.ledger.note(fault: "the end: \(answer.text)") }
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
        summary.faults += clients.ledger.faults(against: counted)
        let log = try file.log()
        summary.changes = log.count
        summary.faults += log.faults
        if log.rows != tables { summary.faults.append("the log does not make the tables") }
        summary.heard = clients.heard(of: tables, but: markers)
        summary.faults += summary.heard.faults
    }
}
