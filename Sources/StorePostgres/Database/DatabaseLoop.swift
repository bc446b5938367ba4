import Diagnostics
import Network

/// A loop of the engine's own, with a pool for the threads that wait for the database: its
/// transactions, its log of changes. The loops that serve requests have pools of their own.
final class DatabaseLoop: Sendable {
    /// What lets threads in.
    let access: PoolAccess
    /// The pool, on its loop.
    let pool: LoopBound<PostgresPool>
    private let thread: LoopThread

    /// Starts the loop. Nothing is connected yet.
    init(_ cluster: PostgresCluster) throws(Problem) {
        do throws(NetworkError) {
            thread = try LoopThread(index: 0, name: "database")
        } catch {
            throw Problem(error)
        }
        let pool = thread.perform { loop in LoopBound(PostgresPool(cluster, on: loop), on: loop) }
        self.pool = pool
        access = thread.perform { _ in pool.value.access }
    }

    /// The loop's door.
    var context: LoopContext { thread.context }

    /// Runs `body` on the loop and waits for what it returns.
    func perform<R: Sendable>(_ body: @escaping @Sendable (PostgresPool) -> R) -> R {
        let pool = pool
        return thread.perform { _ in body(pool.value) }
    }

    /// Lets what runs on the pool's connections fail that has not ended when the time is over.
    func cutOff(after time: Duration) {
        let pool = pool
        thread.perform { loop in
            _ = loop.schedule(after: time) { pool.value.cutOff() }
        }
    }

    /// Closes the pool and ends the loop. Nothing may be run on it any more.
    func stop() {
        perform { $0.close() }
        thread.stop()
        thread.join()
    }
}
