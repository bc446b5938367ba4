public import Addresses
public import Quotas

/// What whoever runs a server should know of the connections that come to it.
public enum ConnectionNotice: Hashable, Sendable {
    /// One was closed as it came, since the process has no descriptor left for it.
    case descriptorsExhausted
    /// One was refused, since there are as many open as may be, of its address, of its site
    /// or in all.
    case tooMany(ShareShortage, from: Peer)
    /// One was refused, since there are as many TLS handshakes under way as may be, of its site
    /// or in all.
    case tooManyHandshakes(from: Peer)
    /// A peer that is no trusted proxy says in the proxies' field for whom it calls, which is not
    /// read. Told of the first request of a connection, on each loop once a minute at the most.
    case unreadOrigin(ForwardedField, from: Peer)
}
