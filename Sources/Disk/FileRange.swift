import Diagnostics
import Glibc

/// Bytes of an open file that follow one another: a reference, nothing is read.
public struct FileRange: Sendable {
    /// The file.
    public let file: OpenFile
    /// Where the bytes begin.
    public let offset: Int
    /// How many they are.
    public let byteCount: Int

    /// All of a file, as long as it was when it was opened.
    public init(_ file: OpenFile) {
        self.file = file
        offset = 0
        byteCount = file.byteCount
    }

    private init(_ file: OpenFile, offset: Int, byteCount: Int) {
        self.file = file
        self.offset = offset
        self.byteCount = byteCount
    }

    /// A part, counted from this one's beginning. Traps if it is not within.
    public subscript(bytes: Range<Int>) -> FileRange {
        precondition(bytes.lowerBound >= 0 && bytes.upperBound <= byteCount, "not within the range")
        return FileRange(file, offset: offset + bytes.lowerBound, byteCount: bytes.count)
    }

    /// Reads what comes after the first `position` bytes, as much as there is room for.
    ///
    /// - Returns: how many bytes were read: fewer where the file has become shorter, none where it
    ///   ends before `position`; -1, and `errno`, if it cannot be read.
    public func read(from position: Int, into target: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(target.count, byteCount - position)
        return uninterrupted {
            unsafe pread(file.descriptor, target.baseAddress, count, off_t(offset + position))
        }
    }
}
