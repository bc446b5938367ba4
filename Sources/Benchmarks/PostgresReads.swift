import Bytes
import CLinux
import Diagnostics
import Glibc
import Network
import PostgresWire
import StorePostgres
import Work

/// What a read of PostgreSQL costs this side: units on the pool of one event loop, submitted anew
/// as they end, whose rows are written as JSON where they lie. No HTTP, no rules.
///
/// `postgres [--database postgres://…] [--seconds 4] [--flight 8] [--rows 100000]`
struct PostgresReads {
    private let target: ConnectionTarget
    private let seconds: Int
    private let flight: Int
    private let rows: Int

    init(_ options: Options) throws(BenchmarkError) {
        target = try options.target()
        seconds = max(1, try options.integer("seconds", default: 4))
        flight = max(1, try options.integer("flight", default: 8))
        rows = max(20, try options.integer("rows", default: Rows.defaultCount))
    }

    private static let table = """
        drop table if exists apus_benchmark;
        create table apus_benchmark (
          id int8 primary key, title text, body text, n int8, a int8, b text);
        """

    private static let columns = "id, title, body, n, a, b"

    func run() throws(BenchmarkError) {
        do {
            let loops = try PooledLoops(["loop"], on: ClusterConfiguration(target))
            let (thread, pool) = (loops.threads[0], loops.pools[0])
            let connection = try loops.access.borrow(within: .seconds(10))
            try connection.run(
                script: Self.table + """
                    insert into apus_benchmark
                    select i, 'title ' || i, repeat('x', 80), i * 7, i, 'b'
                    from generate_series(1, \(rows)) i; analyze apus_benchmark
                    """, within: .seconds(300))
            print(Measurement.heading)
            let one = "select \(Self.columns) from apus_benchmark where id = $1"
            let many = """
                select \(Self.columns) from apus_benchmark where id >= $1 order by id limit 20
                """
            for (name, sql) in [("point", one), ("20 rows", many)] {
                print(try measure(sql, thread, pool).line(name))
            }
            try connection.run(script: "drop table apus_benchmark", within: .seconds(30))
            loops.stop()
        } catch {
            throw BenchmarkError("\(error)")
        }
    }

    private func measure(
        _ sql: String, _ thread: LoopThread, _ pool: LoopBound<PostgresPool>
    ) throws -> Measurement {
        let reply = Handover<Measurement>()
        let shape = StatementShape(sql, parameters: [.int8])
        let (seconds, flight, rows) = (seconds, flight, rows)
        thread.perform { loop in
            let readers = ReadersInFlight(shape, pool.value, loop, seconds: seconds, rows: rows) {
                reply.give($0)
            }
            for _ in 0..<flight { readers.submit() }
        }
        return reply.take()
    }
}

/// Units that are submitted anew as they end. Confined to the loop's thread.
private final class ReadersInFlight {
    private let shape: StatementShape
    private let pool: PostgresPool
    private let loop: EventLoop
    private let rows: Int
    private let completion: (Measurement) -> Void
    private var measurement = Measurement()
    private var inFlight = 0
    private let start: UInt64
    private let end: UInt64
    private let usage: rusage
    private var generator = SystemRandomNumberGenerator()

    init(
        _ shape: StatementShape, _ pool: PostgresPool, _ loop: EventLoop, seconds: Int, rows: Int,
        _ completion: @escaping (Measurement) -> Void
    ) {
        self.shape = shape
        self.pool = pool
        self.loop = loop
        self.rows = rows
        self.completion = completion
        start = Self.now
        end = start + UInt64(seconds) * 1_000_000_000
        usage = Self.used
    }

    func submit() {
        inFlight += 1
        let read = OneRead(Int64.random(in: 1...Int64(rows - 20), using: &generator))
        let begun = Self.now
        let shape = shape
        let unit = PostgresUnit(
            .reads,
            steps: { session, unit in
                read.body.removeAll(keepingCapacity: true)
                session.execute(shape, in: unit, columns: .never) { $0.int8(read.id) }
            },
            completion: { [self] result in ended(result, begun) })
        unit.onRow = { _, row in read.append(row) }
        pool.submit(unit, on: .read, within: .seconds(30))
    }

    private func ended(_ result: Result<TransactionStatus, UnitFailure>, _ begun: UInt64) {
        inFlight -= 1
        measurement.count += 1
        measurement.latencies.record(Self.now - begun)
        if case .failure(let failure) = result {
            measurement.failures += 1
            measurement.firstFailure = measurement.firstFailure ?? "\(failure)"
        }
        if Self.now < end { return submit() }
        guard inFlight == 0 else { return }
        let after = Self.used
        let user = Self.microseconds(after.ru_utime) - Self.microseconds(usage.ru_utime)
        let system = Self.microseconds(after.ru_stime) - Self.microseconds(usage.ru_stime)
        measurement.cpuMicroseconds = user + system
        measurement.nanoseconds = Self.now - start
        let count = Double(max(1, measurement.count))
        let (own, kernel) = (decimal(Double(user) / count, 1), decimal(Double(system) / count, 1))
        print("  of the CPU time \(own) µs each in the process and \(kernel) in the kernel")
        completion(measurement)
    }

    private static var now: UInt64 { monotonicNanoseconds() }

    /// What the process has used: nobody but the loop has anything to do.
    private static var used: rusage {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage
    }

    private static func microseconds(_ time: timeval) -> Int {
        time.tv_sec * 1_000_000 + Int(time.tv_usec)
    }
}

/// One read, and the answer that is made of its rows.
private final class OneRead {
    let id: Int64
    var body: [UInt8] = []

    init(_ id: Int64) {
        self.id = id
        body.reserveCapacity(512)
    }

    func append(_ row: DataRow) {
        var row = row
        body.append(ascii: "{\"id\":")
        number(&row)
        body.append(ascii: ",\"title\":")
        text(&row)
        body.append(ascii: ",\"body\":")
        text(&row)
        body.append(ascii: ",\"n\":")
        number(&row)
        body.append(ascii: ",\"a\":")
        number(&row)
        body.append(ascii: ",\"b\":")
        text(&row)
        body.append(ascii: "}")
    }

    private func number(_ row: inout DataRow) {
        guard let bytes = row.next(), let value = try? Binary.int8(bytes) else {
            return body.append(ascii: "null")
        }
        body.append(decimal: value)
    }

    private func text(_ row: inout DataRow) {
        guard let bytes = row.next() else { return body.append(ascii: "null") }
        body.append(0x22)
        body.append(span: bytes)
        body.append(0x22)
    }
}
