import Foundation
import StorePostgres
import TestSupport

/// Sixteen writers, nodes that tick and readers that follow, each on a thread with a session of its
/// own.
struct CaptureLoad: Sendable {
    static let environment = ProcessInfo.processInfo.environment
    static let seed = environment["APUS_SEED"].flatMap { UInt64($0) } ?? 7
    static let writerCount = 16

    /// What happens beside the writers, until they are over.
    typealias Body = @Sendable (_ isOver: () -> Bool) throws -> Void

    let url: String
    /// How long is written.
    var seconds = environment["APUS_CAPTURE_SECONDS"].flatMap { Int($0) } ?? 3
    /// Whether the server goes away at times: who loses a session goes on with another one.
    var isRestarted = false

    /// What writers did, and what other bodies threw.
    struct Outcome {
        let counts: WriterCounts
        let faults: [String]
    }

    /// What was read from a place on.
    struct Reading {
        let start: Int64
        var rows: [CapturedRow] = []
    }

    /// Writes, and runs the bodies beside it.
    func run(_ beside: [Body]) async -> Outcome {
        let counts = Record<WriterCounts>()
        let over = Counter()
        let writers = (0..<Self.writerCount).map { number in
            return { @Sendable in
                defer { over.next() }
                try write(number, counts)
            }
        }
        let others = beside.map { body in
            return { @Sendable in try body { over.count == Self.writerCount } }
        }
        let faults = await onThreads(writers + others)
        return Outcome(counts: counts.all.reduce(WriterCounts(), +), faults: faults)
    }

    /// Runs a body with a session, and goes on with another one when that is lost.
    private func withSession(_ body: (LogClient) throws -> Void) throws {
        while true {
            do {
                return try body(LogClient(url))
            } catch  where isRestarted {
                usleep(20_000)
            }
        }
    }

    private func write(_ number: Int, _ counts: Record<WriterCounts>) throws {
        var generator = SeededGenerator(seed: Self.seed &* 1000 &+ UInt64(number))
        var end: ContinuousClock.Instant?
        try withSession { client in
            var writer = try Writers(client, generator)
            defer {
                counts.append(writer.counts)
                generator = writer.generator
            }
            let until = end ?? .now + .seconds(seconds)
            end = until
            while ContinuousClock.now < until { try writer.writeOnce() }
        }
    }

    /// A node that ticks.
    func ticker(pause: UInt32) -> Body {
        { isOver in
            try withSession { client in
                while !isOver() {
                    try client.tick()
                    usleep(pause)
                }
                try client.tick()
            }
        }
    }

    /// Reads everything from the beginning, cut by cut, in pages of any size.
    func follower(into rows: Record<CapturedRow>) -> Body {
        { isOver in
            var generator = SeededGenerator(seed: Self.seed)
            var cut: Int64 = -1
            var place: Int64 = 0
            try withSession { client in
                while true {
                    let wasOver = isOver()
                    let cuts = try client.cuts(after: cut, limit: 3)
                    for next in cuts {
                        while place < next.last {
                            let limit = Int64.random(in: 1...40, using: &generator)
                            let page = try client.changes(after: place, limit: limit)
                            let known = page.prefix { $0.sequence <= next.last }
                            for row in known { rows.append(row) }
                            // Behind the last of the cut there are changes of later ones alone.
                            let isWhole = known.count < page.count || page.isEmpty
                            place = isWhole ? next.last : page[page.count - 1].sequence
                        }
                        cut = next.number
                    }
                    if cuts.isEmpty {
                        if wasOver { return }
                        usleep(1000)
                    }
                }
            }
        }
    }

    /// Reads from some place that another reader has come to, without regard to cuts.
    func latecomer(
        _ number: Int, behind rows: Record<CapturedRow>, into found: Record<Reading>
    ) -> Body {
        { isOver in
            var generator = SeededGenerator(seed: Self.seed &+ UInt64(number))
            while rows.all.count < number * 200, !isOver() { usleep(10_000) }
            let start = rows.all.randomElement(using: &generator)?.sequence ?? 0
            var own = Reading(start: start)
            try withSession { client in
                while true {
                    let wasOver = isOver()
                    let limit = Int64.random(in: 1...300, using: &generator)
                    let page = try client.changes(
                        after: own.rows.last?.sequence ?? start, limit: limit)
                    own.rows += page
                    if page.isEmpty {
                        if wasOver { return }
                        usleep(2000)
                    }
                }
            }
            found.append(own)
        }
    }
}
