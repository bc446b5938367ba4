import Network
import PostgresWire
import Synchronization

/// What the connections of a target ask of certificates, made when first needed.
final class TLSContexts: Sendable {
    private let target: ConnectionTarget
    private let made = Mutex<[TLSClientContext.Verification: TLSClientContext]>([:])

    init(_ target: ConnectionTarget) { self.target = target }

    /// The context for a host.
    ///
    /// - Throws: which file is at fault.
    func context(for host: Host) throws(TLSError) -> TLSClientContext {
        let verification = verification(at: host)
        if let known = made.withLock({ $0[verification] }) { return known }
        let context = try make(verification)
        made.withLock { $0[verification] = context }
        return context
    }

    private func verification(at host: Host) -> TLSClientContext.Verification {
        switch target.tlsMode(at: host) {
        case .disable, .allow, .prefer: .none
        // As libpq: whoever names authorities wants them to be asked.
        case .require: target.rootCertificates == nil ? .none : .chain
        case .verifyCA: .chain
        case .verifyFull: .chainAndName
        }
    }

    private func make(
        _ verification: TLSClientContext.Verification
    ) throws(TLSError) -> TLSClientContext {
        let roots: TLSClientContext.Roots =
            switch target.rootCertificates {
            case nil, "system": .system
            case let path?: .file(path)
            }
        var certificate: (path: String, keyPath: String)?
        if let path = target.certificateFile {
            certificate = (path, target.keyFile ?? path)
        }
        return try TLSClientContext(
            verification: verification, roots: roots, certificate: certificate,
            protocols: target.tlsNegotiation == .direct ? ["postgresql"] : [])
    }
}
