import Bytes
import Diagnostics
import Disk
import Glibc

/// A file, or standard input, one byte after the other. Confined to the thread that reads.
final class InputBytes {
    private let descriptor: Int32
    /// What people call it.
    let name: String
    private var block: [UInt8] = []
    private var position = 0
    /// The line of the next byte, from one.
    private(set) var line = 1

    private static let blockBytes = 1 << 16

    /// Opens a file; `-` is standard input.
    ///
    /// - Throws: 58030 when it cannot be read.
    init(_ path: String) throws(Problem) {
        if path == "-" {
            (descriptor, name) = (dup(0), "standard input")
        } else {
            (descriptor, name) = (unsafe open(path, O_RDONLY | O_CLOEXEC), path)
        }
        guard descriptor >= 0 else { throw .file("open", path) }
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
        if byte == UInt8(ascii: "\n") { line += 1 }
        return byte
    }

    /// Takes the bytes as long as they are white space of JSON.
    func skipSpace() throws(Problem) {
        while let byte = try peek(), Self.isSpace(byte) { _ = try next() }
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == ASCII.space || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }

    private func fill() throws(Problem) {
        block = [UInt8](repeating: 0, count: Self.blockBytes)
        position = 0
        let count = unsafe block.withUnsafeMutableBytes { bytes in
            uninterrupted { unsafe read(descriptor, bytes.baseAddress, bytes.count) }
        }
        guard count >= 0 else {
            block = []
            throw .file("read", name)
        }
        block.removeLast(block.count - count)
    }
}
