import Glibc
import Network
import PostgresWire
import StorePostgres

/// What following the changes takes of all the processor time that the writes take, where the
/// database is on this machine: a share that a busy machine hardly changes.
struct FollowingCost {
    /// Microseconds so far by process that serves a session, and whether it writes the rows.
    private let backends: [pid_t: (time: Int, writes: Bool)]
    /// Nanoseconds so far: of this process, and of the loop that a feed is on.
    private let process: Int
    private let reader: Int

    /// Those who write have executed this last.
    static let insert = "insert into apus_benchmark"

    /// Asks the database whose processes are whose.
    init(_ access: PoolAccess, readingOn thread: LoopThread) throws {
        let sessions = StatementShape(
            """
            select string_agg(
                pid || case when query like '\(Self.insert)%' then ' w' else ' -' end, ',')
            from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            """, parameters: [])
        var backends: [pid_t: (time: Int, writes: Bool)] = [:]
        try access.run(.reads, on: .read, within: .seconds(10)) { _, row in
            for session in (row.texts[0] ?? "").split(separator: ",") {
                guard let id = pid_t(session.dropLast(2)) else { continue }
                backends[id] = (processorMicroseconds(of: id), session.hasSuffix("w"))
            }
        } _: { session, unit in
            session.execute(sessions, in: unit, columns: .never)
        }
        self.backends = backends
        process = Self.nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
        reader = thread.perform { _ in Self.nanoseconds(CLOCK_THREAD_CPUTIME_ID) }
    }

    /// What has been used since, in words.
    func summary(until later: FollowingCost) -> String {
        var (writing, following) = (0, 0)
        for (id, now) in later.backends {
            let used = now.time - (backends[id]?.time ?? 0)
            if now.writes { writing += used } else { following += used }
        }
        let reading = (later.reader - reader) / 1000
        let all = (later.process - process) / 1000 + writing + following
        func share(_ time: Int) -> String {
            "\(decimal(100 * Double(time) / Double(max(all, 1)), 1)) %"
        }
        return "of \(all / 1000) ms of processor time ticks and reads took \(share(following)) "
            + "in PostgreSQL and \(share(reading)) here"
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
