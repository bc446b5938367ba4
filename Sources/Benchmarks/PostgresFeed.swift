import Diagnostics
import Glibc
import Network
import PostgresWire
import Store
import StorePostgres
import Synchronization
import Values
import Work

/// What following the changes costs those who write, and how soon a change is published after its
/// write was acknowledged: one-row inserts by 16 connections of one loop, alone, beside a feed on a
/// loop of its own that nobody listens to, so that it only ticks, and beside one whose changes are
/// read, in turn. No HTTP, no rules.
///
/// `feed [--database postgres://…] [--seconds 5] [--writers 16] [--rounds 3] [--rate N]`
///
/// They write as fast as they can, or so many rows a second. At the end it says what part of the
/// writes alone is left beside the others, in the mean of all rounds and how far that is sure: one
/// round says little on a machine that does other things.
struct PostgresFeed {
    private let target: ConnectionTarget
    private let seconds: Int
    private let writers: Int
    private let rounds: Int
    private let rate: Int?

    init(_ options: Options) throws(BenchmarkError) {
        target = try options.target()
        seconds = max(1, try options.integer("seconds", default: 5))
        writers = max(1, try options.integer("writers", default: 16))
        rounds = max(1, try options.integer("rounds", default: 3))
        let rate = try options.integer("rate", default: 0)
        self.rate = rate > 0 ? rate : nil
    }

    /// What goes on beside the writers.
    private enum Company: String, CaseIterable {
        case none = "alone"
        case ticks = "ticked"
        case feed = "followed"

        /// The tables of a feed beside them; nil where there is none.
        var listenedTo: Set<String>? {
            switch self {
            case .none: nil
            case .ticks: []
            case .feed: [PostgresFeed.model.name]
            }
        }
    }

    private static let model = CapturedModel(
        name: "apus_benchmark",
        columns: [.init("id", .integer), .init("title", .text), .init("body", .text)], key: [0],
        retain: .seconds(3600))

    func run() throws(BenchmarkError) {
        var configuration = ClusterConfiguration(target)
        configuration.connectionsMax = writers + 8
        configuration.lanes[.write]?.connectionsMax = writers
        do {
            let loops = try PooledLoops(["writers", "feed"], on: configuration)
            var rates: [Company: [Double]] = [:]
            for _ in 0..<rounds {
                for company in Company.allCases {
                    try prepare(loops.access)
                    rates[company, default: []].append(try measure(loops, beside: company))
                }
            }
            loops.stop()
            print(Self.summary(of: rates))
        } catch {
            throw BenchmarkError("\(error)")
        }
    }

    private func prepare(_ access: PoolAccess) throws {
        let connection = try access.borrow(within: .seconds(10))
        try connection.run(
            script: """
                drop schema if exists _apus cascade; drop table if exists apus_benchmark;
                create table apus_benchmark (id int8 primary key, title text, body text);
                """, within: .seconds(300))
        connection.giveBack()
    }

    /// What is left of the rate alone, by pairs of one round.
    private static func summary(of rates: [Company: [Double]]) -> String {
        Company.allCases.filter { $0 != .none }.map { company in
            let ratios = zip(rates[company] ?? [], rates[.none] ?? []).map { 100 * $0 / $1 }
            let count = Double(ratios.count)
            let mean = ratios.reduce(0, +) / count
            let squares = ratios.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
            let error = (squares / max(count - 1, 1) / count).squareRoot()
            return "\(company.rawValue): \(decimal(mean, 1)) ± \(decimal(error, 1)) % of alone"
        }.joined(separator: ", ")
    }

    /// - Returns: writes a second.
    private func measure(_ loops: PooledLoops, beside company: Company) throws -> Double {
        let (threads, pools, access) = (loops.threads, loops.pools, loops.access)
        let cut = try access.setUpCapture([Self.model]).cut
        let times = WriteTimes()
        let feed = company.listenedTo.map { tables in
            threads[1].perform { loop in
                let feed = ChangeFeed(
                    pools[1].value, after: cut, following: [Self.model],
                    listenedTo: { tables }, changesMax: 10_000_000,
                    log: { print($0) }, publish: { times.note(published: $0) }, published: {})
                feed.start()
                return LoopBound(feed, on: loop)
            }
        }
        let door = feed.map { feed in threads[1].perform { _ in feed.value.door } }
        let reply = Handover<(count: Int, nanoseconds: UInt64)>()
        let (seconds, writers, pace) = (seconds, writers, rate)
        let before = try FollowingCost(access, readingOn: threads[1])
        threads[0].perform { loop in
            let run = Writers(
                pools[0].value, loop, door, times, seconds: seconds, rate: pace
            ) { reply.give($0) }
            run.begin(writers)
        }
        let (count, nanoseconds) = reply.take()
        let cost = try before.summary(until: FollowingCost(access, readingOn: threads[1]))
        // The last of them have still to come.
        if let feed {
            Semaphore().wait(until: moment(after: .seconds(1)))
            threads[1].perform { _ in feed.value.stop() }
        }
        let rate = Double(count) * 1e9 / Double(nanoseconds)
        let name = column(company.rawValue, 9, left: true)
        print("\(name) \(Int(rate)) writes/s  \(times.summary(of: count))")
        if company != .none { print("          \(cost)") }
        return rate
    }
}

/// When each write was acknowledged and its change published, in nanoseconds, by id.
private final class WriteTimes: Sendable {
    private struct Times {
        var acknowledged: [UInt64] = []
        var published: [UInt64] = []
    }

    private let times = Mutex(Times())

    func note(acknowledged id: Int) {
        let now = monotonicNanoseconds()
        times.withLock { Self.set(&$0.acknowledged, id, now) }
    }

    func note(published changes: [Change]) {
        let now = monotonicNanoseconds()
        times.withLock { times in
            for change in changes {
                guard case .integer(let id)? = change.key.first else { continue }
                Self.set(&times.published, Int(id), now)
            }
        }
    }

    private static func set(_ times: inout [UInt64], _ id: Int, _ time: UInt64) {
        while times.count <= id { times.append(0) }
        times[id] = time
    }

    /// How long changes took from the acknowledgement of their write.
    func summary(of count: Int) -> String {
        let (acknowledged, published) = times.withLock { ($0.acknowledged, $0.published) }
        guard !published.isEmpty else { return "" }
        let delays = zip(acknowledged, published).filter { $0 > 0 && $1 > 0 }.map { written, told in
            told - min(told, written)
        }.sorted()
        func quantile(_ part: Double) -> String {
            decimal(Double(delays[Int(Double(delays.count - 1) * part)]) / 1e6, 1)
        }
        return "published \(delays.count) of \(count), p50 \(quantile(0.5)) ms, "
            + "p99 \(quantile(0.99)) ms, most \(quantile(1)) ms"
    }
}

/// Inserts that are submitted anew as they end. Confined to the loop's thread.
private final class Writers {
    private let pool: PostgresPool
    private let loop: EventLoop
    private let door: ChangeFeedDoor?
    private let times: WriteTimes
    private let completion: ((count: Int, nanoseconds: UInt64)) -> Void
    private var count = 0
    private var running = 0
    private let start = monotonicNanoseconds()
    private let end: UInt64
    private let rate: Int?
    private let insert = StatementShape(
        "\(FollowingCost.insert) values ($1, 'a title', repeat('x', 80))", parameters: [.int8])

    init(
        _ pool: PostgresPool, _ loop: EventLoop, _ door: ChangeFeedDoor?, _ times: WriteTimes,
        seconds: Int, rate: Int?,
        _ completion: @escaping ((count: Int, nanoseconds: UInt64)) -> Void
    ) {
        self.pool = pool
        self.loop = loop
        self.rate = rate
        self.door = door
        self.times = times
        self.completion = completion
        end = start + UInt64(seconds) * 1_000_000_000
    }

    /// Starts so many at once.
    func begin(_ writers: Int) {
        running = writers
        for _ in 0..<writers { next() }
    }

    private func submit(_ id: Int) {
        let unit = PostgresUnit(.writes) { [insert] session, unit throws(FormatFault) in
            session.execute(insert, in: unit, columns: .never) { $0.int8(Int64(id)) }
        } completion: { [self] result in
            if case .failure(let failure) = result { print("a write failed: \(failure)") }
            times.note(acknowledged: id)
            door?.committed()
            if monotonicNanoseconds() < end { return next() }
            running -= 1
            if running == 0 { completion((count, monotonicNanoseconds() - start)) }
        }
        pool.submit(unit, on: .write, within: .seconds(30))
    }

    /// The next one at once, or when its time has come.
    private func next() {
        let id = count
        count += 1
        guard let rate else { return submit(id) }
        let due = start + UInt64(id) * 1_000_000_000 / UInt64(rate)
        let now = monotonicNanoseconds()
        if due <= now { return submit(id) }
        _ = loop.schedule(after: .nanoseconds(due - now)) { [self] in submit(id) }
    }
}
