public import Diagnostics
import Network

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

    /// Throws what the server's start would, before there is a server: for what looks at settings.
    public func requireUsable() throws(Problem) { _ = try makeContext() }

    /// Reads the files.
    ///
    /// - Throws: what is wrong with which of them.
    func makeContext() throws(Problem) -> TLSContext {
        do throws(TLSError) {
            return try TLSContext(certificate: certificate, key: key)
        } catch {
            throw Problem(error)
        }
    }
}
