import CLinux
import Diagnostics
import Disk
import Glibc

/// Bytes on their way out, in order: arrays and files as they were given, and small pieces copied
/// together.
///
///     parts  [sent][sent][part sent][whole]…   then   tail [small pieces…]
///                        ^ head, headOffset
///
/// A large or shared array is queued as a reference: a thousand subscribers of one frame hold
/// one frame. Small pieces are copied to the tail, whose storage goes from socket to socket.
struct OutputQueue {
    private enum Part {
        case bytes([UInt8])
        indirect case file(FileRange)

        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(let range): range.byteCount
            }
        }
    }

    private var parts: [Part] = []
    /// The first part not yet sent, or `parts.count` when only the tail is left.
    private var head = 0
    /// Bytes of that part, or of the tail, that have been sent.
    private var headOffset = 0
    private var tail: [UInt8] = []
    private(set) var byteCount = 0

    var isEmpty: Bool { byteCount == 0 }

    mutating func append(_ bytes: [UInt8]) {
        if bytes.count <= NetworkLimits.coalescedBytes {
            return append { $0.append(contentsOf: bytes) }
        }
        append(shared: bytes)
    }

    /// Queues the array itself, however small: for bytes that many sockets send.
    mutating func append(shared bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        sealTail()
        parts.append(.bytes(bytes))
        byteCount += bytes.count
    }

    /// Queues a file, which is held until its last byte is sent.
    mutating func append(_ file: FileRange) {
        guard file.byteCount > 0 else { return }
        sealTail()
        parts.append(.file(file))
        byteCount += file.byteCount
    }

    /// Lets a writer append to the tail in place.
    mutating func append(_ write: (inout [UInt8]) -> Void) {
        let before = tail.count
        write(&tail)
        precondition(tail.count >= before, "output can only be appended")
        byteCount += tail.count - before
        if tail.count >= NetworkLimits.tailBytes { sealTail() }
    }

    mutating func removeAll() { self = OutputQueue() }

    /// Gives the tail storage to grow in; only an empty queue takes it.
    mutating func adoptTail(_ storage: [UInt8]) {
        precondition(isEmpty && storage.isEmpty, "storage is swapped while nothing is queued")
        tail = storage
    }

    /// The tail's storage, emptied, when nothing is queued: an idle connection keeps no buffer.
    mutating func takeTail() -> [UInt8]? {
        guard isEmpty, tail.capacity > 0 else { return nil }
        var storage: [UInt8] = []
        swap(&storage, &tail)
        return storage
    }

    /// Drops bytes from the front that have been sent.
    mutating func consume(_ count: Int) {
        precondition(count <= byteCount, "sent more than was queued")
        byteCount -= count
        var left = count
        while left > 0, head < parts.count {
            let available = parts[head].count - headOffset
            if left < available {
                headOffset += left
                return
            }
            left -= available
            parts[head] = .bytes([])
            head += 1
            headOffset = 0
        }
        headOffset += left
        if byteCount == 0 {
            tail.removeAll(keepingCapacity: true)
            headOffset = 0
        }
        compact()
    }

    /// Hands the front of the queue to the kernel and returns its result, leaving `errno`: 0 where
    /// a file has become too short.
    mutating func write(to descriptor: Int32) -> Int {
        if head == parts.count { return send(tail, to: descriptor) }
        sealTail()
        switch parts[head] {
        case .file(let range): return send(range, to: descriptor)
        case .bytes(let bytes):
            let count = arrayCount()
            if count == 1 {
                // A head and the file behind it shall share a packet.
                return send(bytes, to: descriptor, hasMore: head + 1 < parts.count)
            }
            return unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) {
                unsafe pin(0, of: count, in: $0, descriptor)
            }
        }
    }

    /// How many arrays stand at the front, up to what is written at once.
    private func arrayCount() -> Int {
        let end = min(parts.count, head + NetworkLimits.buffersPerWrite)
        var index = head
        while index < end, case .bytes = parts[index] { index += 1 }
        return index - head
    }

    /// Copies the front of the queue to a buffer; `consume` what is no longer needed. Nil where
    /// that is a file which cannot be read, or has become too short.
    func copyFront(to target: UnsafeMutableRawBufferPointer) -> Int? {
        var copied = 0
        var index = head
        var offset = headOffset
        while index <= parts.count, copied < target.count {
            let part = index < parts.count ? parts[index] : .bytes(tail)
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[copied...])
            let count = unsafe copy(part, from: offset, to: rest)
            guard let count else { return copied > 0 ? copied : nil }
            copied += count
            index += 1
            offset = 0
        }
        return copied
    }

    /// Copies a part, or as much of it as there is room for; nil where that fails.
    private func copy(
        _ part: Part, from offset: Int, to target: UnsafeMutableRawBufferPointer
    ) -> Int? {
        let count = min(part.count - offset, target.count)
        switch part {
        case .bytes(let bytes):
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe target.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
            }
            return count
        case .file(let range):
            return unsafe range.read(from: offset, into: target) == count ? count : nil
        }
    }

    /// Lets the kernel move bytes of a file, as many as leave in one turn.
    private func send(_ file: FileRange, to descriptor: Int32) -> Int {
        var position = off_t(file.offset + headOffset)
        let count = min(file.byteCount - headOffset, NetworkLimits.bytesPerTurn)
        return uninterrupted {
            unsafe sendfile(descriptor, file.file.descriptor, &position, count)
        }
    }

    private func send(
        _ buffer: [UInt8], to descriptor: Int32, hasMore: Bool = false
    ) -> Int {
        let flags = hasMore ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL
        return unsafe buffer.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[headOffset...])
            return uninterrupted {
                unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(flags))
            }
        }
    }

    /// Enters buffer after buffer until all are held in place, then writes.
    private func pin(
        _ index: Int, of count: Int, in vectors: UnsafeMutableBufferPointer<iovec>,
        _ descriptor: Int32
    ) -> Int {
        if index == count {
            return uninterrupted { unsafe writev(descriptor, vectors.baseAddress, Int32(count)) }
        }
        guard case .bytes(let buffer) = parts[head + index] else {
            preconditionFailure("only arrays are written together")
        }
        return unsafe buffer.withUnsafeBytes { bytes in
            let skip = index == 0 ? headOffset : 0
            let base = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            unsafe vectors.initializeElement(
                at: index,
                to: iovec(iov_base: base.map { unsafe $0 + skip }, iov_len: bytes.count - skip))
            return unsafe pin(index + 1, of: count, in: vectors, descriptor)
        }
    }

    private mutating func sealTail() {
        guard !tail.isEmpty else { return }
        parts.append(.bytes(tail))
        tail = []
    }

    private mutating func compact() {
        if head == parts.count {
            parts.removeAll(keepingCapacity: parts.count <= NetworkLimits.buffersPerWrite)
            head = 0
        } else if head >= NetworkLimits.buffersPerWrite, head > parts.count / 2 {
            parts.removeFirst(head)
            head = 0
        }
    }
}
