import Bytes

/// What has come from the server and is not read yet.
struct Inbox {
    private(set) var bytes: [UInt8] = []
    /// Where the next message begins.
    var position = 0
    /// Bytes to come that are dropped.
    private var skipped = 0

    /// Appends what has come; what is read makes room first, so places given out before are void.
    mutating func append(_ span: Span<UInt8>) {
        if position == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= keptBufferBytes)
        } else if position > 0 {
            bytes.removeFirst(position)
        }
        position = 0
        let dropped = min(skipped, span.count)
        skipped -= dropped
        bytes.append(span: span.extracting(dropped...))
    }

    /// Drops so many bytes from the next message on, also those that have yet to come.
    mutating func skip(_ count: Int) {
        let there = min(count, bytes.count - position)
        position += there
        skipped = count - there
    }
}
