import Bytes
import Diagnostics
import Disk
import Glibc

/// A file, or standard input, from its beginning to its end. Confined to the thread that reads.
final class InputBytes {
    private let descriptor: Int32
    /// What people call it.
    let name: String
    /// Bytes of the file, for who shows how far it has been read; nil where nobody knows.
    let byteCount: Int?
    /// What was read and not taken is behind `position`.
    private var block: [UInt8] = []
    private var position = 0
    private var readBytes = 0
    private var isAtEnd = false
    /// The line of the next byte, from one.
    private(set) var line = 1

    /// Bytes that were taken.
    var offset: Int { readBytes - (block.count - position) }

    private static let blockBytes = 1 << 18

    /// Opens a file; `-` is standard input.
    ///
    /// - Throws: 58030 when it cannot be read.
    init(_ path: String) throws(Problem) {
        if path == "-" {
            (descriptor, name, byteCount) = (dup(0), "standard input", nil)
        } else {
            (descriptor, name) = (unsafe open(path, O_RDONLY | O_CLOEXEC), path)
            byteCount = FileSystem.byteCount(of: path)
        }
        guard descriptor >= 0 else { throw .file("open", path) }
    }

    /// Opens a file to be read from a place on.
    ///
    /// - Parameters:
    ///   - offset: the place, in bytes.
    ///   - line: the line on which that is.
    /// - Throws: 58030 when it cannot be read from there.
    init(_ path: String, from offset: Int, line: Int) throws(Problem) {
        (descriptor, name) = (unsafe open(path, O_RDONLY | O_CLOEXEC), path)
        byteCount = FileSystem.byteCount(of: path)
        guard descriptor >= 0 else { throw .file("open", path) }
        guard lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) else {
            throw .file("read", path)
        }
        readBytes = offset
        self.line = line
    }

    deinit { Glibc.close(descriptor) }

    /// The next byte, which stays; nil at the end.
    func peek() throws(Problem) -> UInt8? {
        if position == block.count { try fill() }
        return position < block.count ? block[position] : nil
    }

    /// Takes the next byte; nil at the end.
    func next() throws(Problem) -> UInt8? {
        guard let byte = try peek() else { return nil }
        position += 1
        if byte == ASCII.lf { line += 1 }
        return byte
    }

    /// Takes the bytes as long as they are white space of JSON.
    func skipSpace() throws(Problem) {
        while let byte = try peek(), Self.isSpace(byte) { _ = try next() }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == ASCII.space || byte == ASCII.lf || byte == ASCII.cr || byte == ASCII.tab
    }

    /// Takes the rest of the line, and its end with it.
    ///
    /// - Throws: `ImportFault` for a line that is longer than a row may be.
    func restOfLine() throws -> [UInt8] {
        try take { (bytes, isAll) throws(ImportFault) in
            if let end = bytes.firstIndex(of: ASCII.lf, from: 0) {
                return (Array(copying: bytes.extracting(..<end)), end + 1)
            }
            return isAll ? (Array(copying: bytes), bytes.count) : nil
        }
    }

    /// Takes what `scan` finds at the beginning of what is there, however much of the file that is.
    ///
    /// - Parameter scan: what it is, and how many bytes; nil where it needs more of them to know.
    ///   Whether these are all that are left, it is told.
    /// - Throws: what `scan` throws, and `ImportFault` where it needs more than a row may have.
    func take<R>(
        _ scan: (Span<UInt8>, _ isAll: Bool) throws(ImportFault) -> (R, byteCount: Int)?
    ) throws -> R {
        while true {
            if let (result, count) = try scanned(scan) {
                for index in position..<position + count where block[index] == ASCII.lf {
                    line += 1
                }
                position += count
                return result
            }
            guard block.count - position < ImportLimits.recordBytesMax else {
                throw ImportFault(
                    line: line,
                    malformed: "the row is longer than \(ImportLimits.recordBytesMax) bytes",
                    isLast: true)
            }
            try fill()
        }
    }

    private func scanned<R>(
        _ scan: (Span<UInt8>, _ isAll: Bool) throws(ImportFault) -> (R, byteCount: Int)?
    ) throws(ImportFault) -> (R, byteCount: Int)? {
        let held = block
        return try scan(held.span.extracting(position...), isAtEnd)
    }

    /// Reads more behind what was not taken, the more the longer that is.
    private func fill() throws(Problem) {
        block.removeSubrange(..<position)
        position = 0
        let (start, more) = (block.count, max(Self.blockBytes, block.count))
        block.append(contentsOf: repeatElement(0, count: more))
        let count = unsafe block.withUnsafeMutableBytes { bytes in
            uninterrupted { unsafe read(descriptor, bytes.baseAddress?.advanced(by: start), more) }
        }
        block.removeLast(more - max(0, count))
        guard count >= 0 else { throw .file("read", name) }
        readBytes += count
        isAtEnd = count == 0
    }
}

extension Span where Element == UInt8 {
    /// The place of the first such byte from a place on; nil where there is none.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        unsafe withUnsafeBufferPointer { bytes -> Int? in
            guard let base = bytes.baseAddress, start < bytes.count else { return nil }
            let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
            guard let found = unsafe found else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }
}

extension [UInt8] {
    /// The bytes of a span.
    init(copying bytes: Span<UInt8>) {
        self = []
        append(span: bytes)
    }
}
