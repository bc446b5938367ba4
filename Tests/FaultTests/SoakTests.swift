import CrashTestSupport
import Foundation
import Glibc
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// A server under mixed load for a long time.
///
/// `APUS_SOAK_SECONDS=1800 swift test --filter SoakTests` is the whole proof.
@Suite(.blocking, .sqliteOnly, .timeLimit(.minutes(60))) struct SoakTests {
    @Test(.enabled(if: FaultScale.soakSeconds > 0))
    func `memory, descriptors, statements and latency stay as they are`() async throws {
        let project = try TestProject(models: ServedNode.models)
        let node = try ServedNode(project)
        let command = try node.start(environment: ["APUS_REALTIME_RETAIN": "10s"])
        let process = ServedProcess(number: command.process)
        let load = SoakLoad(node)
        let samples = Record<SoakSample>()
        let (port, key) = (try #require(node.port), node.key)
        let faults = await load.run {
            let metrics = try HTTPClient(port: port, key: key)
            let start = ContinuousClock.now
            let pace = max(1, min(15, FaultScale.soakSeconds / 40))
            while .now - start < .seconds(FaultScale.soakSeconds) {
                sleep(UInt32(pace))
                let times = load.takeTimes()
                let sample = SoakSample(
                    seconds: (ContinuousClock.now - start) / .seconds(1),
                    residentMiB: Double(process.residentBytes) / 1_048_576,
                    descriptors: Double(process.descriptors),
                    statements: try metrics.figure("apus_prepared_statements"),
                    p50: times.quantile(0.5) / .milliseconds(1),
                    p99: times.quantile(0.99) / .milliseconds(1), requests: times.sorted.count)
                samples.append(sample)
                print(sample.line)
                if times.failures > 0 { load.note("\(times.failures) requests failed") }
            }
        }
        let logged = node.end(command)
        let verdict = SoakVerdict(samples.all)
        for figure in SoakVerdict.figures {
            let (rise, mean) = verdict.rise(of: figure)
            print(
                "soak: \(figure.name): mean \(mean.rounded(to: 2)), rises by \(rise.rounded(to: 2))"
            )
        }
        #expect(verdict.faults.isEmpty, "\(verdict.faults.joined(separator: "\n"))")
        #expect(faults.isEmpty, "\(faults.prefix(10).joined(separator: "\n"))")
        #expect(logged.isEmpty, "\(logged.prefix(20).joined(separator: "\n"))")
        withExtendedLifetime(project) {}
    }

    /// A figure that does something else than to stay, and whether it is found out.
    struct Course: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sample: @Sendable (Double) -> SoakSample
        let isFlat: Bool

        init(
            _ name: String, isFlat: Bool = false,
            memory: @escaping @Sendable (Double) -> Double = { _ in 60 },
            descriptors: @escaping @Sendable (Double) -> Double = { _ in 40 },
            statements: @escaping @Sendable (Double) -> Double = { _ in 100 },
            p50: @escaping @Sendable (Double) -> Double = { _ in 1 },
            p99: @escaping @Sendable (Double) -> Double = { _ in 8 }
        ) {
            testDescription = name
            self.isFlat = isFlat
            sample = {
                SoakSample(
                    seconds: $0, residentMiB: memory($0), descriptors: descriptors($0),
                    statements: statements($0), p50: p50($0), p99: p99($0), requests: 1_000)
            }
        }
    }

    static let courses = [
        Course("all flat", isFlat: true),
        Course("memory fills caches and stays", isFlat: true, memory: { min(30 + $0, 70) }),
        Course(
            "memory wavers", isFlat: true,
            memory: { 60 + 3 * ($0 / 15).truncatingRemainder(dividingBy: 2) }),
        Course("memory grows by a fifth", memory: { 60 + $0 * 0.03 }),
        Course("descriptors leak", descriptors: { 40 + $0 * 0.03 }),
        Course("statements leak", statements: { 100 + $0 * 0.5 }),
        Course("the median grows", p50: { 1 + $0 * 0.01 }),
        Course("the worst grow", p99: { 8 + $0 * 0.1 }),
    ]

    @Test(arguments: courses) func `a verdict finds what rises`(course: Course) {
        let samples = stride(from: 15.0, through: 600, by: 15).map(course.sample)
        #expect(SoakVerdict(samples).faults.isEmpty == course.isFlat)
    }

    @Test func `nothing is said of a soak that is too short`() {
        #expect(!SoakVerdict([]).faults.isEmpty)
    }
}

extension SoakSample {
    fileprivate var line: String {
        "soak: \(Int(seconds)) s: \(residentMiB.rounded(to: 1)) MiB, \(Int(descriptors)) descriptors, "
            + "\(Int(statements)) statements, "
            + "\(requests) requests, p50 \(p50.rounded(to: 2)) ms, p99 \(p99.rounded(to: 2)) ms"
    }
}

extension HTTPClient {
    /// A figure of the server's metrics.
    fileprivate func figure(_ name: String) throws -> Double {
        let lines = try send("GET", "/metrics").text.split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix(name + " ") }, "no \(name)")
        return try #require(line.split(separator: " ").last.flatMap { Double($0) })
    }
}
