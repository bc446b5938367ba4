import Diagnostics

/// What is said of the frames in a file of the archive: which they are, and when their transactions
/// were committed.
struct Segment: Equatable {
    /// The last frame, in the log, that ended a transaction in a second, counted since 1970.
    struct Time: Equatable {
        let frame: Int
        let second: Int64
    }

    /// The place in the chain, from 1 on without a gap.
    let index: Int
    /// The log; its checksum is the one before the first frame.
    let log: LogHead
    /// Frames of the log before the first.
    let before: Int
    let frames: Int
    /// The checksum after the last frame.
    let end: LogSum
    /// Rising. A long transaction is in several segments: what comes after the last of these ends
    /// in one that follows; where none ends here, it is what stands before the first frame.
    let times: [Time]

    /// More than any chain has.
    static let indexMax = 1 << 48

    private static let magic: UInt64 = 0x4170_7573_4c6f_6731
    private static let fixedBytes = 72

    /// The second of the last transaction.
    var second: Int64 { times.last?.second ?? 0 }

    /// Frames of the log up to the last one.
    var last: Int { before + frames }

    /// The bytes that stand before the frames in the file.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        let numbers: [UInt64] = [
            Self.magic, UInt64(index),
            UInt64(log.pageBytes) << 32 | (log.isBigEndian ? 1 : 0), log.salt,
            log.sum.number, UInt64(before), UInt64(frames), end.number, UInt64(times.count),
        ]
        for number in numbers { bytes.append(number) }
        for time in times {
            bytes.append(UInt64(time.frame))
            bytes.append(UInt64(bitPattern: time.second))
        }
        var sum = LogSum()
        sum.add(bytes[...], isBigEndian: true)
        bytes.append(sum.number)
        return bytes
    }

    /// How many of the file's first bytes say what is in it.
    var headBytes: Int { Self.fixedBytes + times.count * 16 + 8 }

    /// All bytes of the file.
    var byteCount: Int { headBytes + frames * log.frameBytes }

    /// Reads a file's beginning; nil where it is none, or damaged.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= Self.fixedBytes, bytes.bigEndian64(at: 0) == Self.magic else {
            return nil
        }
        func number(_ place: Int) -> UInt64 { bytes.bigEndian64(at: place * 8) }
        let count = number(8)
        guard count < 1 << 32, bytes.count >= Self.fixedBytes + Int(count) * 16 + 8 else {
            return nil
        }
        let headBytes = Self.fixedBytes + Int(count) * 16
        var sum = LogSum()
        sum.add(bytes.prefix(headBytes), isBigEndian: true)
        guard sum.number == bytes.bigEndian64(at: headBytes) else { return nil }
        // Whoever writes the checksum can write anything before it.
        guard let index = Int(exactly: number(1)), index <= Self.indexMax,
            (512...65536).contains(number(2) >> 32), let before = UInt32(exactly: number(5)),
            let frames = UInt32(exactly: number(6))
        else { return nil }
        self.index = index
        log = LogHead(
            pageBytes: Int(number(2) >> 32), isBigEndian: number(2) & 1 == 1, salt: number(3),
            sum: LogSum(number(4)))
        self.before = Int(before)
        self.frames = Int(frames)
        end = LogSum(number(7))
        var times: [Time] = []
        var least = self.before
        for place in 0..<Int(count) {
            let start = Self.fixedBytes + place * 16
            let second = bytes.bigEndian64(at: start + 8)
            guard let frame = Int(exactly: bytes.bigEndian64(at: start)),
                (least...(self.before + self.frames)).contains(frame),
                second <= Int64.archivedSecondMax
            else { return nil }
            times.append(Time(frame: frame, second: Int64(second)))
            least = frame
        }
        self.times = times
    }

    init(
        index: Int, log: LogHead, before: Int, frames: Int, end: LogSum, times: [Time]
    ) {
        self.index = index
        self.log = log
        self.before = before
        self.frames = frames
        self.end = end
        self.times = times
    }

    /// Whether frames are those that this tells of.
    func fits(_ bytes: ArraySlice<UInt8>) -> Bool {
        let run = LogRun(bytes, of: log, after: log.sum)
        return bytes.count == frames * log.frameBytes && run.frames == frames && run.sum == end
    }

    /// How many of the frames were committed before a second began, or at all, without those of a
    /// transaction that ends later.
    func frames(before moment: Int64?) -> Int {
        let last = times.last { time in moment.map { time.second < $0 } ?? true }
        return (last?.frame ?? before) - before
    }
}

extension LogSum {
    /// Both halves in one number.
    var number: UInt64 { UInt64(first) << 32 | UInt64(second) }

    init(_ number: UInt64) {
        self.init(
            first: UInt32(truncatingIfNeeded: number >> 32),
            second: UInt32(truncatingIfNeeded: number))
    }
}

extension [UInt8] {
    /// Appends eight bytes, the highest first.
    mutating func append(_ number: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }
}
