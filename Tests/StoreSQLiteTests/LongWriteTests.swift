import Quotas
import TestSupport
import Testing

@testable import Store
@testable import StoreSQLite

/// What long writes leave of the writer to others. The time is the test's.
@Suite struct LongWriteTests {
    private static let millisecond: UInt64 = 1_000_000

    private static func job(of caller: String, rows: Int = 1) -> WriteJob {
        WriteJob(
            perform: { _ in .kept {} }, fail: { _ in }, isBounded: true, withdrawal: nil,
            caller: .user(caller), rows: rows)
    }

    /// A writer, one who writes long without end, and one who writes a row now and then, and what
    /// becomes of them.
    private struct Course {
        let queue: WriteQueue
        /// Rows of each long write, and milliseconds of one after the other, over and over.
        var rows = 5000
        var times: [UInt64] = [25]
        /// Milliseconds of each short write.
        var shortTime: UInt64 = 1
        /// Milliseconds from the end of a short write to the next one.
        var pause: UInt64 = 8
        /// Milliseconds that short writes waited for.
        var waits: [UInt64] = []
        var longTime: UInt64 = 0
        private var longCount = 0
        private var now: UInt64 = 0
        private var shortFrom: UInt64 = 0
        private var isShortWaiting = false

        init(_ queue: WriteQueue = WriteQueue(load: WriterLoad())) { self.queue = queue }

        /// Lets the writer work for some milliseconds.
        mutating func run(for length: UInt64) throws {
            let end = now + length * LongWriteTests.millisecond
            while now < end {
                try arrive()
                var turn = WriterTurn(at: now, commitTime: 0)
                var isIdle = true
                while let job = queue.next(in: &turn, at: now) {
                    isIdle = false
                    perform(job)
                }
                if isIdle { now += LongWriteTests.millisecond }
            }
        }

        private mutating func arrive() throws {
            while queue.count < 8 {
                try queue.append(LongWriteTests.job(of: "greedy", rows: rows))
            }
            guard pause < .max, !isShortWaiting, shortFrom <= now else { return }
            isShortWaiting = true
            try queue.append(LongWriteTests.job(of: "modest"))
        }

        private mutating func perform(_ job: WriteJob) {
            guard job.rows == 1 else {
                let time = times[longCount % times.count]
                longCount += 1
                now += time * LongWriteTests.millisecond
                longTime += time
                return
            }
            waits.append((now - shortFrom) / LongWriteTests.millisecond)
            now += shortTime * LongWriteTests.millisecond
            shortFrom = now + pause * LongWriteTests.millisecond
            isShortWaiting = false
        }
    }

    /// Writes that are long for their rows, and such as turn out to be.
    @Test(arguments: [5000, 900])
    func `long writes have a quarter of the time while others write`(rows: Int) throws {
        var course = Course()
        course.rows = rows
        course.times = [8]
        try course.run(for: 10_000)
        #expect(course.longTime > 2000 && course.longTime < 2700)
        let waits = course.waits.sorted()
        #expect(waits[waits.count / 2] == 0)
        // For the rest of one, whenever one comes.
        #expect(waits.last ?? 0 <= 8)
    }

    @Test(arguments: [12, 25, 60, 400] as [UInt64])
    func `one in a hundred who write meets a write of more than two turns`(time: UInt64) throws {
        var course = Course()
        course.times = [time]
        try course.run(for: 1000)
        course.waits = []
        try course.run(for: 60_000)
        let waits = course.waits.sorted()
        #expect(waits[waits.count * 99 / 100] == 0)
        // It rests 105 times as long, or twenty seconds.
        let count = Int(60_000 / (time + min(105 * time, 20_000)))
        #expect(abs(Int(course.longTime / time) - count) <= 3)
    }

    /// Whoever writes once in two seconds is met by half of the long ones that are there to meet.
    @Test func `who writes less than once in a second makes nobody rest for long`() throws {
        var course = Course()
        course.pause = 2000
        try course.run(for: 20_000)
        #expect(course.longTime > 5000)
        #expect(course.waits.max() ?? 0 <= 25)
    }

    @Test func `nobody rests whose share is all of the time`() throws {
        var course = Course(WriteQueue(load: WriterLoad()) { $0.longWriteShare = 100 })
        try course.run(for: 1000)
        #expect(course.longTime > 900)
    }

    /// What takes most of a turn, and now and then more than one.
    @Test func `writes of about a turn are spared another caller's long ones`() throws {
        var course = Course()
        course.shortTime = 4
        try course.run(for: 1000)
        course.shortTime = 6
        try course.run(for: 20)
        course.shortTime = 4
        (course.longTime, course.waits) = (0, [])
        try course.run(for: 10_000)
        #expect(course.longTime < 3000)
        #expect(course.waits.sorted()[course.waits.count / 2] == 0)
    }

    @Test func `long writes have all of the time while nobody else writes`() throws {
        var course = Course()
        course.pause = .max
        try course.run(for: 1000)
        #expect(course.longTime >= 1000)
    }

    /// One and the same write takes a little more than a turn now, and a little less then.
    @Test func `writes of about a turn do not make one another rest`() throws {
        var course = Course()
        course.rows = 900
        course.times = [4, 6]
        course.pause = .max
        try course.run(for: 1000)
        #expect(course.longTime >= 1000)
    }

    /// A caller's long writes, which are of one row as his short ones are, and others' short ones.
    private static func served(
        _ jobs: [(caller: String, milliseconds: UInt64)], then later: [(String, UInt64)] = [],
        within length: UInt64
    ) throws -> [String] {
        let queue = WriteQueue(load: WriterLoad())
        var times: [String: [UInt64]] = [:]
        for (caller, time) in jobs {
            try queue.append(job(of: caller))
            times[caller, default: []].append(time)
        }
        var later = later
        var served: [String] = []
        var now: UInt64 = 0
        while now < length * millisecond {
            var turn = WriterTurn(at: now, commitTime: 0)
            var isIdle = true
            while let job = queue.next(in: &turn, at: now) {
                isIdle = false
                let caller = times.keys.first { job.caller == .user($0) } ?? ""
                served.append(caller)
                now += (times[caller]?.removeFirst() ?? 1) * millisecond
                // What is sent while the first one is at it.
                for (caller, time) in later {
                    try queue.append(Self.job(of: caller))
                    times[caller, default: []].append(time)
                }
                later = []
            }
            if isIdle { now += millisecond }
        }
        return served
    }

    /// Ten seconds of them, sent at once or with short ones between that wait for the writer before
    /// the first one has ended.
    @Test(arguments: [
        [("greedy", 500), ("greedy", 500), ("greedy", 500)],
        [("greedy", 500), ("greedy", 1), ("greedy", 1), ("greedy", 500)],
    ] as [[(String, UInt64)]])
    func `a caller's writes rest however they were sent`(writes: [(String, UInt64)]) throws {
        let others = Array(repeating: ("modest", 1 as UInt64), count: 3)
        let served = try Self.served([("modest", 1)] + writes, then: others, within: 1_450)
        #expect(served.filter { $0 == "greedy" }.count == 1)
        #expect(served.filter { $0 == "modest" }.count == 4)
    }

    @Test func `writes of many rows that are short do not rest`() throws {
        var course = Course()
        course.times = [4]
        course.pause = 20
        try course.run(for: 1000)
        #expect(course.longTime > 900)
    }
}
