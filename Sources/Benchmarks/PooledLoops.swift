import Diagnostics
import Network
import PostgresWire
import StorePostgres

extension Options {
    /// The PostgreSQL server that is measured.
    func target() throws(BenchmarkError) -> ConnectionTarget {
        do throws(ConnectionStringFault) {
            return try ConnectionTarget(
                self["database"] ?? "postgres://apus@/postgres", systemUser: "apus")
        } catch {
            throw BenchmarkError("--database: \(error)", exitCode: 2)
        }
    }
}

/// Loops with a pool of connections each.
struct PooledLoops {
    let threads: [LoopThread]
    let pools: [LoopBound<PostgresPool>]
    /// What lets threads in, on the last loop.
    let access: PoolAccess

    /// Starts the loops.
    ///
    /// - Parameter names: what their threads are called; at least one.
    init(_ names: [String], on configuration: ClusterConfiguration) throws {
        let cluster = PostgresCluster(configuration, resolver: Resolver()) { event in
            if event.level > .info { print(event) }
        }
        let threads = try names.map { try LoopThread(index: 0, name: $0) }
        let pools = threads.map { thread in
            thread.perform { loop in LoopBound(PostgresPool(cluster, on: loop), on: loop) }
        }
        self.threads = threads
        self.pools = pools
        access = threads[threads.count - 1].perform { _ in pools[pools.count - 1].value.access }
    }

    /// Closes the pools and ends the loops.
    func stop() {
        for (thread, pool) in zip(threads, pools) {
            thread.perform { _ in pool.value.close() }
            thread.stop()
            thread.join()
        }
    }
}
