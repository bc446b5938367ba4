/// The body of a request whose route takes it as it comes.
///
/// What has not been asked for stays with the peer, but for what one or two reads of the socket
/// bring: who is slow to ask makes the peer wait. `100 Continue` is sent when the first part is
/// asked for.
public struct IncomingBody: Sendable {
    /// Makes the answer to a request of its body: a task on the connection's own loop, cancelled
    /// when the peer is gone or the body refused.
    public typealias Handler = @Sendable (IncomingBody) async -> Response

    /// Its length in bytes, as the head tells it; nil for chunks.
    public let length: Int?
    /// Takes the next part, which is not empty; nil after the last. To be called by one task at a
    /// time: the one that makes the answer.
    ///
    /// Throws when the rest does not come. But for `answered`, the answer has no reader then: what
    /// was begun is to be taken back.
    public let next: @Sendable () async throws(IncompleteBody) -> [UInt8]?

    /// A body of parts that `next` brings.
    public init(
        length: Int?, next: @escaping @Sendable () async throws(IncompleteBody) -> [UInt8]?
    ) {
        self.length = length
        self.next = next
    }

    /// The body of a request that has none.
    public static let empty = IncomingBody(length: 0) { () throws(IncompleteBody) in nil }
}

/// Why the rest of a body does not come.
public enum IncompleteBody: Error, Hashable, Sendable {
    /// It breaks the policy, is malformed or too slow. The peer has been told: 413, 400 or 408.
    case refused(HTTPFault)
    /// The peer is gone, or the server stops.
    case disconnected
    /// The request has been answered: what follows is dropped.
    case answered
}
