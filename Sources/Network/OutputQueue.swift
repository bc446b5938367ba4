import CLinux
import Diagnostics
import Glibc

/// Bytes on their way out, in order: arrays as they were given, and small ones copied together.
///
///     buffers  [sent][sent][part sent][whole]…   then   tail [small pieces…]
///                          ^ head, headOffset
///
/// A large or shared array is queued as a reference: a thousand subscribers of one frame hold
/// one frame. Small pieces are copied to the tail, whose storage goes from socket to socket.
struct OutputQueue {
    private var buffers: [[UInt8]] = []
    /// The first buffer not yet sent, or `buffers.count` when only the tail is left.
    private var head = 0
    /// Bytes of that buffer, or of the tail, that have been sent.
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
        buffers.append(bytes)
        byteCount += bytes.count
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
        while left > 0, head < buffers.count {
            let available = buffers[head].count - headOffset
            if left < available {
                headOffset += left
                return
            }
            left -= available
            buffers[head] = []
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

    /// Hands the front of the queue to the kernel and returns its result, leaving `errno`.
    mutating func write(to descriptor: Int32) -> Int {
        if head == buffers.count { return send(tail, to: descriptor) }
        sealTail()
        let count = min(buffers.count - head, NetworkLimits.buffersPerWrite)
        if count == 1 { return send(buffers[head], to: descriptor) }
        return unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { vectors in
            unsafe pin(0, of: count, in: vectors, descriptor)
        }
    }

    /// Copies the front of the queue to a buffer; `consume` what is no longer needed.
    func copyFront(to target: UnsafeMutableRawBufferPointer) -> Int {
        var copied = 0
        var index = head
        var offset = headOffset
        while index <= buffers.count, copied < target.count {
            let source = index < buffers.count ? buffers[index] : tail
            let part = min(source.count - offset, target.count - copied)
            unsafe source.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[copied...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[offset..<(offset + part)]))
            }
            copied += part
            index += 1
            offset = 0
        }
        return copied
    }

    private func send(_ buffer: [UInt8], to descriptor: Int32) -> Int {
        unsafe buffer.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[headOffset...])
            return uninterrupted {
                unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
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
        return unsafe buffers[head + index].withUnsafeBytes { bytes in
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
        buffers.append(tail)
        tail = []
    }

    private mutating func compact() {
        if head == buffers.count {
            buffers.removeAll(keepingCapacity: buffers.count <= NetworkLimits.buffersPerWrite)
            head = 0
        } else if head >= NetworkLimits.buffersPerWrite, head > buffers.count / 2 {
            buffers.removeFirst(head)
            head = 0
        }
    }
}
