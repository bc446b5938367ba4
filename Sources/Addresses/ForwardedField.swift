/// Where a proxy notes the address that it was called from. Only one is read: a proxy that writes
/// the one passes the other on as the client has sent it.
public enum ForwardedField: String, Hashable, Sendable, CaseIterable {
    /// `X-Forwarded-For: client, proxy`, as most proxies do.
    case xForwardedFor = "x-forwarded-for"
    /// `Forwarded: for=client, for=proxy` (RFC 7239).
    case forwarded
}
