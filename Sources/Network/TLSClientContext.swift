import COpenSSL
import Glibc

/// What a client asks of servers, and shows them. One serves any number of connections.
///
/// TLS 1.2 and 1.3, no renegotiation, no compression. Sessions are not resumed: the library would
/// not judge the certificate again, and PostgreSQL gives out none.
public final class TLSClientContext: Sendable {
    /// How a server's certificate is judged.
    public enum Verification: Hashable, Sendable {
        /// Not at all: whoever is in between can read and write along.
        case none
        /// An authority that is trusted must stand behind it, whomever it is for.
        case chain
        /// It must be for the name that is connected to as well (RFC 9525): an alternative name,
        /// or the common name if it has none.
        case chainAndName
    }

    /// Which authorities are trusted.
    public enum Roots: Hashable, Sendable {
        /// Those of the operating system, as OpenSSL finds them.
        case system
        /// Those in a file of certificates in PEM form, and none else.
        case file(String)
        /// The same, but the first of them need not be an authority's: the server that has it is
        /// trusted, whoever has issued it.
        case server(String)
    }

    let handle: TLSHandle
    private let verification: Verification

    /// Reads the files that are named.
    ///
    /// - Parameters:
    ///   - certificate: chain (leaf first) and key that are shown to a server which asks, both PEM.
    ///   - protocols: what is offered to be spoken (ALPN), in the order of preference; nothing is
    ///     offered if there are none. Each has 1 to 255 bytes.
    /// - Throws: `TLSError` that names the file at fault.
    public init(
        verification: Verification = .chainAndName, roots: Roots = .system,
        certificate: (path: String, keyPath: String)? = nil, protocols: [String] = []
    ) throws(TLSError) {
        self.verification = verification
        handle = unsafe try TLSHandle(TLS_client_method(), options: copenssl_tls_client_options())
        switch verification {
        case .none: unsafe SSL_CTX_set_verify(handle.pointer, SSL_VERIFY_NONE, nil)
        case .chain, .chainAndName:
            unsafe SSL_CTX_set_verify(handle.pointer, SSL_VERIFY_PEER, noteCertificate)
            try trust(roots)
        }
        if let certificate {
            try handle.load(certificate: certificate.path, key: certificate.keyPath)
        }
        offer(protocols)
    }

    private func trust(_ roots: Roots) throws(TLSError) {
        switch roots {
        case .system:
            guard unsafe SSL_CTX_set_default_verify_paths(handle.pointer) == 1 else {
                throw .library(reason: TLSError.drainReason())
            }
        case .file(let path), .server(let path):
            try TLSHandle.checkReadable(path)
            ERR_clear_error()
            guard unsafe SSL_CTX_load_verify_file(handle.pointer, path) == 1 else {
                _ = TLSError.drainReason()
                throw .noCertificate(path: path)
            }
        }
        if case .server = roots {
            unsafe X509_STORE_set_flags(
                SSL_CTX_get_cert_store(handle.pointer), UInt(X509_V_FLAG_PARTIAL_CHAIN))
        }
    }

    private func offer(_ protocols: [String]) {
        guard !protocols.isEmpty else { return }
        let list = protocols.flatMap { name in
            precondition((1...255).contains(name.utf8.count), "RFC 7301 §3.1")
            return [UInt8(name.utf8.count)] + Array(name.utf8)
        }
        unsafe SSL_CTX_set_alpn_protos(handle.pointer, list, UInt32(list.count))
    }

    /// Tells a session whom it talks to: what the certificate must be for, and the name that the
    /// server hears before it chooses one (SNI, RFC 6066 §3), which an address is not.
    ///
    /// - Returns: false if the name cannot be one.
    func prepare(_ session: OpaquePointer, for name: String) -> Bool {
        let parameters = unsafe SSL_get0_param(session)
        let isJudged = verification == .chainAndName
        if let address = SocketAddress(numericHost: name, port: 0) {
            let text = String(address.host.prefix { $0 != "%" })
            return unsafe !isJudged || X509_VERIFY_PARAM_set1_ip_asc(parameters, text) == 1
        }
        var host = Array(name.utf8)
        if host.last == UInt8(ascii: ".") { host.removeLast() }
        host.append(0)
        return unsafe host.withUnsafeMutableBytes { bytes in
            let kind = Int(TLSEXT_NAMETYPE_host_name)
            // Refused only if it cannot be a name; the certificate's judgement fails as well then.
            unsafe SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, kind, bytes.baseAddress)
            guard isJudged else { return true }
            let flags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
            unsafe X509_VERIFY_PARAM_set_hostflags(parameters, flags)
            let text = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
            return unsafe X509_VERIFY_PARAM_set1_host(parameters, text, bytes.count - 1) == 1
        }
    }
}
