import Bytes
import CrashTestSupport
import Glibc
import Synchronization
import TestSupport

/// Clients that write as much as they delete, read, come and go, and listen.
final class SoakLoad: Sendable {
    private static let rows = 200

    private let node: ServedNode
    private let isOver = Atomic(false)
    private let times = Mutex(Bystander.Times(sorted: [], failures: 0))
    private let faults = Record<String>()

    init(_ node: ServedNode) { self.node = node }

    /// Runs all clients as long as `body` takes.
    ///
    /// - Returns: what should not have happened.
    func run(while body: @escaping @Sendable () throws -> Void) async -> [String] {
        var clients: [@Sendable () throws -> Void] = [
            { [self] in try listen(reconnects: true) },
            { [self] in try listen(reconnects: false) },
        ]
        for number in 0..<2 {
            clients.append { [self] in try write(number) }
            clients.append { [self] in try read(number) }
            clients.append { [self] in try comeAndGo(number) }
        }
        let timer: @Sendable () throws -> Void = { [self] in
            defer { isOver.store(true, ordering: .relaxed) }
            try body()
        }
        let thrown = await onThreads(clients.map { untilOver($0) } + [timer])
        return faults.all + thrown
    }

    /// Who listens when all is over hears nothing any more, and may say so.
    private func untilOver(
        _ client: @escaping @Sendable () throws -> Void
    ) -> @Sendable () throws -> Void {
        { [self] in
            do { try client() } catch where !goesOn {}
        }
    }

    /// What the requests since the last call took.
    func takeTimes() -> Bystander.Times {
        var taken = times.withLock { times in
            defer { times = Bystander.Times(sorted: [], failures: 0) }
            return times
        }
        taken.sorted.sort()
        return taken
    }

    func note(_ fault: String) { faults.append(fault) }

    private var goesOn: Bool { !isOver.load(ordering: .relaxed) }

    private func connect() throws -> HTTPClient {
        try HTTPClient(port: node.port ?? 0, key: node.key)
    }

    /// Sends a request, and notes how long it took.
    @discardableResult
    private func send(
        _ client: HTTPClient, _ method: String, _ target: String, _ body: String? = nil
    ) throws -> HTTPAnswer {
        let start = ContinuousClock.now
        let answer = try client.send(
            method, "/rest/v1/\(target)", body, fields: [("Prefer", "return=representation")])
        let isRight = answer.status < 300
        times.withLock { times in
            times.sorted.append(.now - start)
            if !isRight { times.failures += 1 }
        }
        if !isRight { note("\(method) \(target): \(answer.status) \(answer.text.prefix(100))") }
        return answer
    }

    // MARK: Clients

    /// Keeps so many rows: one comes, one is changed, one goes.
    private func write(_ number: Int) throws {
        let client = try connect()
        var next = 0
        while goesOn {
            let token = "soak-\(number)-"
            try send(client, "POST", "entries", #"{"token":"\#(token)\#(next)","version":1}"#)
            try send(
                client, "PATCH", "entries?token=eq.\(token)\(next / 2)", #"{"version":\#(next)}"#)
            if next >= Self.rows {
                try send(client, "DELETE", "entries?token=eq.\(token)\(next - Self.rows)")
            }
            next += 1
            usleep(8_000)
        }
    }

    /// Asks in many ways, so that more statements are needed than are kept.
    private func read(_ number: Int) throws {
        let client = try connect()
        var generator = SeededGenerator(seed: FaultScale.seed &+ UInt64(number))
        func dice(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
        let columns = ["id", "token", "version"]
        let operators = ["eq", "gt", "lt", "neq", "gte", "lte"]
        while goesOn {
            let names = (0...dice(6)).map { "c\($0):\(columns[dice(3)])" }.joined(separator: ",")
            let conditions = (0...dice(3)).map { _ in "&version=\(operators[dice(6)]).\(dice(100))"
            }
            let order = "\(columns[dice(3)]).\(["asc", "desc"][dice(2)])"
            let target = "entries?select=\(names)&order=\(order)&limit=\(1 + dice(50))"
            try send(client, "GET", target + conditions.joined())
            usleep(4_000)
        }
    }

    /// Connects, asks a few times, and leaves: in order, by a reset, or in the midst of a request.
    private func comeAndGo(_ number: Int) throws {
        var generator = SeededGenerator(seed: FaultScale.seed &+ 100 &+ UInt64(number))
        while goesOn {
            let socket = try LoopbackSocket(port: node.port ?? 0)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: socket.send("GET /rest/v1/entries HTTP/1.1\r\nHost: a\r\n")
            case 1:
                socket.send(
                    "GET /rest/v1/entries HTTP/1.1\r\nHost: a\r\napikey: \(node.key)\r\n\r\n")
                socket.reset()
            case 2:
                let client = try connect()
                for _ in 0..<3 { try send(client, "GET", "tallies?limit=1") }
            default:
                let feed = try FeedClient(port: node.port ?? 0, key: node.key)
                try join(feed)
                _ = try feed.nextChange()
            }
            usleep(5_000)
        }
    }

    private func join(_ feed: FeedClient) throws {
        try feed.join(
            "rows", bindings: [["event": "*", "schema": "public", "table": "entries"]],
            token: node.key)
    }

    /// Follows the changes; for all of the time, or for some hundred of them at a time.
    private func listen(reconnects: Bool) throws {
        while goesOn {
            let feed = try FeedClient(port: node.port ?? 0, key: node.key)
            try join(feed)
            var (count, beatAt) = (0, ContinuousClock.now)
            while goesOn, !reconnects || count < 300 {
                _ = try feed.nextChange()
                count += 1
                if .now - beatAt > .seconds(20) {
                    try feed.send("phoenix", "heartbeat", [:])
                    beatAt = .now
                }
            }
        }
    }
}
