/// How TLS begins (`sslnegotiation` of libpq).
public enum TLSNegotiation: String, CaseIterable, Sendable {
    /// By a request that the server answers.
    case postgres
    /// With the first byte, which servers from 17 on take; ALPN must name `postgresql`.
    case direct
}
