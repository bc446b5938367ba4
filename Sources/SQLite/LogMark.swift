import CSQLite

/// Where the write-ahead log stood at a moment: the header of its index (walformat.html §2.1).
///
/// Every commit changes it, whichever process commits; it holds checksums and salts, so that equal
/// marks mean equal content.
public struct LogMark: Equatable, Sendable {
    /// The header's bytes, eight by eight.
    private typealias Header = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    private var header: Header = (0, 0, 0, 0, 0, 0)

    /// The mark of the moment; nil while somebody commits.
    fileprivate init?(_ connection: Connection) {
        let isWhole = unsafe withUnsafeMutableBytes(of: &header) {
            unsafe csqlite_log_header(connection.handle, $0.baseAddress) != 0
        }
        if !isWhole { return nil }
    }

    /// Counts the commits.
    private var commits: UInt32 { UInt32(truncatingIfNeeded: header.1) }

    /// Bytes of the log that are in use: a frame for each page, with a head of its own
    /// (walformat.html §1). The log's file may be longer.
    public var byteCount: Int { frameCount * frameBytes }

    /// Frames of the log that are in use.
    public var frameCount: Int { Int(UInt32(truncatingIfNeeded: header.2)) }

    /// Bytes of each.
    public var frameBytes: Int {
        let (headBytes, pageBits) = (24, Int(header.1 >> 48))
        // 1 stands for 65,536, which two bytes cannot hold.
        return headBytes + (pageBits & 0xfe00) + (pageBits & 1) << 16
    }

    /// What is new each time the log begins anew, as its head has it (fileformat2.html §4.1).
    public var salt: UInt64 { UInt64(bigEndian: header.4) }

    /// The checksum of the last frame: its two halves.
    public var checksum: (first: UInt32, second: UInt32) {
        (UInt32(truncatingIfNeeded: header.3), UInt32(truncatingIfNeeded: header.3 >> 32))
    }

    /// Whether one commit, and no more, lies between `earlier` and this.
    public func isNext(after earlier: LogMark) -> Bool { commits == earlier.commits &+ 1 }

    /// Whether both are of the same moment.
    public static func == (left: LogMark, right: LogMark) -> Bool { left.header == right.header }
}

extension Connection {
    /// Where the log stands now, for all connections; nil while somebody commits. A snapshot that
    /// is taken between two equal marks is of that moment.
    ///
    /// Only for a connection that has read from its file, which is when SQLite maps the index.
    public var logMark: LogMark? { LogMark(self) }

    /// Bytes of the log as it was at a mark that no checkpoint has copied into the file yet.
    public func uncopiedBytes(of mark: LogMark) -> Int {
        let copied = unsafe Int(csqlite_log_copied(handle))
        return max(0, mark.frameCount - copied) * mark.frameBytes
    }
}
