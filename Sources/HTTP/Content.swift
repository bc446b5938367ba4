public import Disk

/// The content of an answer.
public enum Content: Sendable {
    /// Bytes in memory.
    case bytes([UInt8])
    /// Parts that are made while the answer is sent.
    case stream(ContentStream)
    /// A file, or a part of one, that goes from the disk to the network and is held until it is
    /// sent or the peer is gone. One that has become shorter meanwhile resets the connection.
    indirect case file(FileRange)

    /// Its length as far as it is known before it is sent; 0 for a stream without one.
    public var byteCount: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .stream(let stream): stream.length ?? 0
        case .file(let range): range.byteCount
        }
    }
}

/// Content that is made a part at a time, as fast as the peer takes it: what waits for the peer is
/// never more than a few parts.
///
/// With a length the parts follow one another; without one they leave as chunks (RFC 9112 §7.1), or
/// up to the connection's end for a peer that speaks HTTP/1.0. Content that cannot be completed
/// resets the connection, so that nobody takes its beginning for the whole.
public final class ContentStream: Sendable {
    /// Bytes of all parts together; nil when that is not known.
    public let length: Int?
    /// From the answer's beginning to the last part: longer than that and the connection is reset.
    public let timeMax: Duration
    /// Makes the next part, nil after the last. Called again only when the part before has left;
    /// the task is cancelled when the peer is gone. What the closure holds is let go when nothing
    /// more is wanted.
    ///
    /// Throws when the content cannot be completed; whoever makes it has reported why.
    public let next: @Sendable () async throws(IncompleteContent) -> [UInt8]?

    /// Parts of some 64 KiB are a good measure: large enough that the work around one is little
    /// beside it, small enough to wait in any number of queues.
    public init(
        length: Int? = nil, timeMax: Duration,
        next: @escaping @Sendable () async throws(IncompleteContent) -> [UInt8]?
    ) {
        self.length = length
        self.timeMax = timeMax
        self.next = next
    }
}

/// The rest of a content cannot be made.
public struct IncompleteContent: Error {
    /// Why is told where it is known.
    public init() {}
}
