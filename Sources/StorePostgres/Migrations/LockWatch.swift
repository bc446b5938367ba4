import Diagnostics
import Store
import Synchronization
import Work

/// Finds out, from beside a session that waits for a table, who keeps it waiting: the error that it
/// gets in the end does not say, and the wait is over then.
final class LockWatch: Sendable {
    private struct State {
        var holders: [String] = []
        var isOver = false
        var thread: PosixThread?
    }

    private let state = Mutex(State())
    private let end = Semaphore()

    /// Those that were in the way when it was looked last, for people; nil where none was seen.
    var holders: String? {
        let found = state.withLock { $0.holders }
        return found.isEmpty ? nil : found.joined(separator: ", ")
    }

    /// Looks every now and then until it is stopped, on a thread of its own.
    ///
    /// - Parameter processID: of the session that waits.
    init(of processID: String, through pool: PoolAccess) {
        let thread = PosixThread(name: "lock watch") { [self] in look(at: processID, pool) }
        state.withLock { $0.thread = thread }
    }

    /// Ends it; what it has found stays. It uses the pool no more when this returns.
    func stop() {
        let thread = state.withLock { state in
            state.isOver = true
            return state.thread
        }
        end.signal()
        thread?.join()
    }

    private func look(at processID: String, _ pool: PoolAccess) {
        guard let session = try? BlockingSession.borrow(from: pool) else { return }
        defer { session.leave() }
        while !state.withLock({ $0.isOver }) {
            guard let rows = try? session.run(Self.query(processID)) else { return }
            let found = rows.map(Self.words)
            if !found.isEmpty { state.withLock { $0.holders = found } }
            end.wait(until: moment(after: .milliseconds(200)))
        }
    }

    /// Who waits ahead of the session in the queue is in its way too. Those of prepared
    /// transactions have no process, and roles see of others' sessions that they are there.
    private static func query(_ processID: String) -> String {
        """
        SELECT b.pid, a.application_name, a.state, a.usename,
          pg_catalog.to_char(a.query_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        FROM (SELECT DISTINCT pid FROM pg_catalog.unnest(
          pg_catalog.pg_blocking_pids(\(processID))) AS p (pid)) AS b
        LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.pid
        ORDER BY a.query_start, b.pid LIMIT 5
        """
    }

    private static func words(_ row: [String?]) -> String {
        guard let pid = row[0], pid != "0" else { return "a prepared transaction" }
        var facts: [String] = []
        if let name = row[1], !name.isEmpty { facts.append("\"\(name)\"") }
        if let role = row[3] { facts.append("role \(role)") }
        if let state = row[2] { facts.append(state) }
        if let moment = row[4] { facts.append("its query began \(moment)") }
        return "process \(pid)" + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
    }
}

extension BlockingSession {
    /// Finds out from now on who is in the way, so that the next error says so.
    func watchLocks() throws(DatabaseError) {
        guard let processID = try run("SELECT pg_catalog.pg_backend_pid()").first?.first ?? nil
        else { return }
        watch(LockWatch(of: processID, through: pool))
    }

    /// What is said of a statement for which a lock was not to be had, where others are known that
    /// hold it.
    static func wording(_ holders: String) -> DatabaseError {
        .other(
            code: "PostgreSQL 55P03",
            message: "what it changes is in use, for longer than it can be waited for: by "
                + "\(holders); end that, or try again later", line: nil)
    }
}
