import CLinux
import Diagnostics
import Glibc
import Network
import Synchronization
import Work

/// Closed-loop load: every connection sends its next request when it has the answer to the last.
struct LoadDriver: Sendable {
    var seconds: Int
    var threads: Int
    var rows: Int

    /// Warms up for a second, then measures.
    func measure(_ scenario: Scenario, on server: Server) throws(BenchmarkError) -> Measurement {
        guard scenario.dialects.contains(server.dialect) else {
            throw BenchmarkError("\(server.dialect) is not asked for \(scenario.name)")
        }
        let mix = RequestMix(scenario, server, rows: rows)
        _ = try run(mix, scenario.connections, server, seconds: 1)
        let cpu = server.cpuMicroseconds()
        let start = monotonicNanoseconds()
        var result = try run(mix, scenario.connections, server, seconds: seconds)
        result.nanoseconds = monotonicNanoseconds() - start
        result.cpuMicroseconds = server.cpuMicroseconds() - cpu
        return result
    }

    private func run(
        _ mix: RequestMix, _ connections: Int, _ server: Server, seconds: Int
    ) throws(BenchmarkError) -> Measurement {
        let results = Results()
        let end = monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000
        var workers: [PosixThread] = []
        for index in 0..<threads {
            let share = connections / threads + (index < connections % threads ? 1 : 0)
            guard share > 0 else { continue }
            let worker = PosixThread(name: "load \(index)") {
                do throws(BenchmarkError) {
                    let worker = try LoadWorker(
                        mix, server, connections: share, seed: UInt64(index) + 1)
                    results.add(.success(try worker.run(until: end)))
                } catch {
                    results.add(.failure(error))
                }
            }
            guard let worker else { throw BenchmarkError(PosixThread.refused.message) }
            workers.append(worker)
        }
        for worker in workers { worker.join() }
        var sum = Measurement()
        for result in results.all { sum.merge(try result.get()) }
        return sum
    }
}

/// Where the worker threads leave their results.
private final class Results: Sendable {
    private let results = Mutex<[Result<Measurement, BenchmarkError>]>([])

    func add(_ result: Result<Measurement, BenchmarkError>) {
        results.withLock { $0.append(result) }
    }

    var all: [Result<Measurement, BenchmarkError>] { results.withLock { $0 } }
}

/// Nanoseconds of the monotonic clock.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
