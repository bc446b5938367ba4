/// What a client may be refused for here, as `/metrics` tells it.
public enum FeedBound: String, Hashable, Sendable, CaseIterable {
    /// Sockets of one loop.
    case sockets
    /// Joins of one socket in a second.
    case joins
    /// Channels of one socket.
    case channels
    /// Bindings of one channel, and of all of a socket.
    case bindings
    /// Bindings that no index decides, of a socket, a caller or a loop.
    case unindexed
}
