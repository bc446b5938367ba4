/// What SCRAM is bound to (`channel_binding` of libpq).
public enum ChannelBinding: String, CaseIterable, Sendable {
    /// To nothing.
    case disable
    /// To the server's certificate where server and connection can.
    case prefer
    /// To the server's certificate, or no session.
    case require
}
