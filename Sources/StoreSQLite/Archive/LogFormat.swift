import Bytes

/// The running checksum of a write-ahead log (fileformat2.html §4.2).
struct LogSum: Equatable {
    var first: UInt32 = 0
    var second: UInt32 = 0

    /// Adds bytes, eight at a time.
    ///
    /// - Parameter isBigEndian: how the log takes four of them for a number.
    mutating func add(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) {
        var (one, two) = (first, second)
        unsafe bytes.withUnsafeBytes { raw in
            var offset = 0
            while offset + 8 <= raw.count {
                let left = unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let right = unsafe raw.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                // Whichever way the machine has them, one of the two is as they stand.
                one &+= (isBigEndian ? left.bigEndian : left.littleEndian) &+ two
                two &+= (isBigEndian ? right.bigEndian : right.littleEndian) &+ one
                offset += 8
            }
        }
        (first, second) = (one, two)
    }
}

/// The head of a write-ahead log (fileformat2.html §4.1).
struct LogHead: Equatable {
    let pageBytes: Int
    let isBigEndian: Bool
    /// What is new each time the log begins anew.
    let salt: UInt64
    /// The checksum that the first frame goes on with.
    let sum: LogSum

    static let byteCount = 32

    /// Reads it; nil where it is none, or not whole.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.byteCount else { return nil }
        let magic = bytes[0...].bigEndian32(at: 0)
        guard magic & ~1 == 0x377f_0682 else { return nil }
        isBigEndian = magic & 1 == 1
        pageBytes = Int(bytes[0...].bigEndian32(at: 8))
        salt = bytes[0...].salt(at: 16)
        var sum = LogSum()
        sum.add(bytes[..<24], isBigEndian: isBigEndian)
        let stored = LogSum(
            first: bytes[0...].bigEndian32(at: 24), second: bytes[0...].bigEndian32(at: 28))
        guard sum == stored, (512...65536).contains(pageBytes) else { return nil }
        self.sum = sum
    }

    /// One that is known already.
    init(pageBytes: Int, isBigEndian: Bool, salt: UInt64, sum: LogSum) {
        self.pageBytes = pageBytes
        self.isBigEndian = isBigEndian
        self.salt = salt
        self.sum = sum
    }

    /// The bytes of a frame: a head and a page.
    var frameBytes: Int { LogFrame.headBytes + pageBytes }
}

/// The head of a frame (fileformat2.html §4.1).
struct LogFrame {
    static let headBytes = 24

    let page: UInt32
    /// How many pages the database has after the transaction that this frame ends; 0 where it ends
    /// none.
    let databasePages: UInt32
    let salt: UInt64
    let sum: LogSum

    /// Reads the head that begins `bytes`.
    init(_ bytes: ArraySlice<UInt8>) {
        page = bytes.bigEndian32(at: 0)
        databasePages = bytes.bigEndian32(at: 4)
        salt = bytes.salt(at: 8)
        sum = LogSum(first: bytes.bigEndian32(at: 16), second: bytes.bigEndian32(at: 20))
    }
}

/// What is found to be sound in bytes of a log: frames, one behind the other.
struct LogRun: Equatable {
    /// How many there are.
    var frames = 0
    /// Those that end a transaction, counted from 1 where the bytes begin.
    var commits: [Int] = []
    /// The checksum after the last.
    var sum: LogSum

    /// Reads frames until one is not whole, of an earlier log, or does not follow.
    ///
    /// - Parameter sum: the checksum that the first of them goes on with.
    init(_ bytes: ArraySlice<UInt8>, of head: LogHead, after sum: LogSum) {
        self.sum = sum
        var running = sum
        var rest = bytes
        while rest.count >= head.frameBytes {
            let bytes = rest.prefix(head.frameBytes)
            let frame = LogFrame(bytes)
            guard frame.salt == head.salt, frame.page != 0 else { return }
            running.add(bytes.prefix(8), isBigEndian: head.isBigEndian)
            running.add(
                bytes.dropFirst(LogFrame.headBytes), isBigEndian: head.isBigEndian)
            guard running == frame.sum else { return }
            frames += 1
            self.sum = running
            if frame.databasePages != 0 { commits.append(frames) }
            rest = rest.dropFirst(head.frameBytes)
        }
    }
}

extension ArraySlice<UInt8> {
    /// Four bytes, the highest first.
    func bigEndian32(at offset: Int) -> UInt32 {
        self[(startIndex + offset)..<(startIndex + offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Eight bytes, the highest first.
    func bigEndian64(at offset: Int) -> UInt64 {
        UInt64(bigEndian32(at: offset)) << 32 | UInt64(bigEndian32(at: offset + 4))
    }

    /// The two salts as they stand in the log and in its index, where nobody counts with them.
    fileprivate func salt(at offset: Int) -> UInt64 { bigEndian64(at: offset) }
}
