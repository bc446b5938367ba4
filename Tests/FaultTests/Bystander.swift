import CrashTestSupport
import TestSupport

/// Somebody with an ordinary request, who is not to notice what others do.
struct Bystander {
    let port: Int
    let key: String
    private let client: HTTPClient

    init(port: Int, key: String) throws {
        self.port = port
        self.key = key
        client = try HTTPClient(port: port, key: key)
    }

    /// How long its answers took.
    struct Times: CustomStringConvertible {
        var sorted: [Duration]
        /// Requests without the answer that they should have.
        var failures: Int

        /// The time that this part of all answers took at most.
        func quantile(_ part: Double) -> Duration {
            sorted.isEmpty ? .zero : sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
        }

        var description: String {
            "p50 \(quantile(0.5) / .microseconds(1)) µs, p99 \(quantile(0.99) / .microseconds(1)) µs, "
                + "\(failures) failures of \(sorted.count)"
        }
    }

    /// Reads a row so many times, each tenth time over a connection of its own.
    func measure(_ count: Int) -> Times {
        var times = Times(sorted: [], failures: 0)
        for number in 0..<count {
            let start = ContinuousClock.now
            let client = number % 10 == 9 ? try? HTTPClient(port: port, key: key) : self.client
            let answer = try? client?.send("GET", "/rest/v1/tallies?id=eq.1")
            if answer?.status != 200 { times.failures += 1 }
            times.sorted.append(.now - start)
        }
        times.sorted.sort()
        return times
    }
}
