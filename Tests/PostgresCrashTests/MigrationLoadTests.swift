import CrashTestSupport
import Foundation
import PostgresTestSupport
import ServerTestSupport
import Synchronization
import TestSupport
import Testing

/// A table that is changed by `apus migrate up` while clients read and write it through a server
/// that runs beside it.
///
/// `APUS_LOAD_CLIENTS=64 swift test --filter MigrationLoadTests` has more of them.
@Suite(.blocking, .needsPostgres, .serialized, .timeLimit(.minutes(10)))
struct MigrationLoadTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let clients = environment["APUS_LOAD_CLIENTS"].flatMap { Int($0) } ?? 16
    private static let items = 200_000
    /// Who waits for a table is waited for so long, and then waits behind it once more.
    private static let stallMax = Duration.seconds(3)

    /// A request that was answered.
    struct Answered: Sendable {
        let isDuring: Bool
        let time: Duration
    }

    @Test func `no request fails, and nobody waits for long`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let project = try TestProject(models: MigratedProject.before)
        let node = try ServedNode(project, on: database.url)
        try MigratedProject.fill(database.client(), items: Self.items)
        _ = try MigratedProject.writeChange(project, database.url)
        let running = try serveFormer(project, node, database)
        let load = Load(node, clients: Self.clients, items: Self.items)
        Thread.sleep(forTimeInterval: 3)
        let start = ContinuousClock.now
        load.isDuring = true
        let up = try RunningCommand(
            ["migrate", "up", "--project", project.path, "--database", database.url])
        let lines = up.lines(through: "second.sql")
        #expect(up.exitCode() == 0, "\(lines)")
        let took = ContinuousClock.now - start
        load.isDuring = false
        Thread.sleep(forTimeInterval: 1)
        load.end()
        let logged = node.end(running)
        report(load, took)
        #expect(load.faults.all.isEmpty, "\(load.faults.all.prefix(5)) \(logged.prefix(20))")
        let waits = load.answered.all.filter(\.isDuring).map(\.time)
        #expect(waits.max() ?? .zero < Self.stallMax)
        #expect(waits.count > 100)
        let client = try database.client()
        #expect(
            try client.value(
                "SELECT bool_and(convalidated) AND (SELECT bool_and(indisvalid) FROM pg_index) "
                    + "FROM pg_constraint") == "t")
    }

    /// A server of the models as they were, whose database is as its files say.
    private func serveFormer(
        _ project: TestProject, _ node: ServedNode, _ database: TestDatabase
    ) throws -> LoggingCommand {
        let migrations = project.root.appending(path: "Migrations")
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: migrations.path)
                .first { $0.hasSuffix("_second.sql") })
        let (file, away) = (
            migrations.appending(path: name), project.root.appending(path: name)
        )
        try FileManager.default.moveItem(at: file, to: away)
        let items = try #require(MigratedProject.before["items"])
        try project.write(items, to: "Schemas/models/items.json")
        let running = try node.start()
        try FileManager.default.moveItem(at: away, to: file)
        try project.write(MigratedProject.after, to: "Schemas/models/items.json")
        return running
    }

    private func report(_ load: Load, _ took: Duration) {
        func line(_ what: String, _ answered: [Duration]) -> String {
            let sorted = answered.sorted()
            guard let longest = sorted.last else { return "\(what): none" }
            let p99 = sorted[sorted.count * 99 / 100]
            return "\(what): \(sorted.count) requests, p99 \(p99.text), longest \(longest.text)"
        }
        let all = load.answered.all
        print(
            """
            \(Self.clients) clients, \(Self.items) rows, the file took \(took.text), \
            \(load.faults.all.count) failures
            \(line("before and after", all.filter { !$0.isDuring }.map(\.time)))
            \(line("during", all.filter(\.isDuring).map(\.time)))
            """)
    }
}

/// Clients that read and write items until they are ended.
private final class Load: Sendable {
    let answered = Record<MigrationLoadTests.Answered>()
    let faults = Record<String>()
    private let ended = Record<Int>()
    private let isOver = Atomic(false)
    private let isChanging = Atomic(false)
    private let clients: Int

    /// Whether the file is being applied.
    var isDuring: Bool {
        get { isChanging.load(ordering: .acquiring) }
        set { isChanging.store(newValue, ordering: .releasing) }
    }

    init(_ node: ServedNode, clients: Int, items: Int) {
        self.clients = clients
        for number in 0..<clients {
            Thread.detachNewThread { [self] in
                run(number, node, items)
                ended.append(number)
            }
        }
    }

    func end() {
        isOver.store(true, ordering: .releasing)
        ended.wait(for: clients)
    }

    private func run(_ number: Int, _ node: ServedNode, _ items: Int) {
        var generator = SeededGenerator(seed: UInt64(number))
        guard let port = node.port, let client = try? HTTPClient(port: port, key: node.key) else {
            return faults.append("client \(number) has no server")
        }
        var written = 0
        while !isOver.load(ordering: .acquiring) {
            let id = Int.random(in: 1...items, using: &generator)
            let start = ContinuousClock.now
            let isDuring = isDuring
            do {
                let answer: HTTPAnswer
                switch Int.random(in: 0...3, using: &generator) {
                case 0:
                    written += 1
                    answer = try client.send(
                        "POST", "/rest/v1/items",
                        #"{"token": "new \#(number) \#(written)", "kind": "a", "size": 1, "#
                            + #""room_id": 1, "note": "new"}"#,
                        fields: [("Prefer", "return=representation")])
                case 1:
                    answer = try client.send(
                        "PATCH", "/rest/v1/items?id=eq.\(id)", #"{"size": \#(id % 500)}"#)
                default: answer = try client.send("GET", "/rest/v1/items?id=eq.\(id)")
                }
                if answer.status >= 300 {
                    let body = String(decoding: answer.body, as: UTF8.self)
                    let moment = isDuring || self.isDuring ? "during" : "before or after"
                    faults.append("\(moment): \(answer.status) \(body)")
                }
            } catch {
                faults.append("\(error)")
                return
            }
            let time = ContinuousClock.now - start
            answered.append(.init(isDuring: isDuring || self.isDuring, time: time))
        }
    }
}

extension Duration {
    fileprivate var text: String {
        let milliseconds = Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
        return String(format: "%.1f ms", milliseconds)
    }
}
