/// A certificate chain and its key, both PEM files.
public struct TLSFiles: Hashable, Sendable {
    /// The path of the chain, leaf first.
    public var certificate: String
    /// The path of the private key.
    public var key: String

    /// Both paths. The files are read when the server starts.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
