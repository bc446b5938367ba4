public import Diagnostics
import Work

extension Problem {
    /// Words an error of the operating system for the person who starts the server.
    ///
    /// - Parameter flag: The option that chooses another address.
    public init(_ error: NetworkError, flag: String = "--listen") {
        let hint: String? =
            switch error {
            case .addressInUse:
                "Stop the other process, or choose a port with \(flag) HOST:PORT (0 picks one)."
            case .permissionDenied:
                "Choose a port from 1024 on, or grant the capability CAP_NET_BIND_SERVICE."
            case .addressNotAvailable, .unresolvable:
                "Listen on 127.0.0.1 for this machine only, or on 0.0.0.0 for all."
            case .everyInterface:
                "Write 0.0.0.0 (or ::) for that, or 127.0.0.1 for this machine alone."
            case .descriptorsExhausted, .threadsExhausted, .invalidPort, .invalidSocketPath,
                .system:
                nil
            }
        self.init(code: error.code, status: 500, message: error.description, hint: hint)
    }

    /// Words what is wrong with the certificate or key for the person who configured them.
    public init(_ error: TLSError) {
        self.init(code: error.code, status: 500, message: error.description)
    }

    /// Words why another server cannot be reached. The code is that of the failures if all have
    /// the same.
    public init(_ error: ConnectError) {
        let codes = Set(error.failures.map(\.cause.code))
        let code = codes.count == 1 ? codes.first : nil
        self.init(code: code ?? "connection_failed", status: 503, message: error.description)
    }
}

extension NetworkError {
    /// What programs know it by.
    var code: String {
        switch self {
        case .addressInUse: "address_in_use"
        case .addressNotAvailable: "address_not_available"
        case .permissionDenied: "port_not_permitted"
        case .unresolvable: "host_unresolvable"
        case .everyInterface: "host_is_every_interface"
        case .invalidPort: "invalid_port"
        case .invalidSocketPath: "invalid_socket_path"
        case .descriptorsExhausted: "descriptors_exhausted"
        case .threadsExhausted: PosixThread.refused.code
        case .system: "network_failure"
        }
    }
}

extension TLSError {
    /// What programs know it by.
    var code: String {
        switch self {
        case .unreadable: "tls_file_unreadable"
        case .noCertificate: "tls_no_certificate"
        case .noKey: "tls_no_key"
        case .mismatch: "tls_key_mismatch"
        case .refused: "tls_certificate_refused"
        case .handshake, .ended: "tls_handshake_failed"
        case .certificate(.expired, _): "tls_certificate_expired"
        case .certificate(.notYetValid, _): "tls_certificate_not_yet_valid"
        case .certificate(.selfSigned, _), .certificate(.unknownIssuer, _):
            "tls_certificate_untrusted"
        case .certificate(.wrongName, _): "tls_certificate_wrong_name"
        case .certificate(.other, _): "tls_certificate_invalid"
        case .plainTextBeforeHandshake: "tls_plain_text_before_handshake"
        case .timedOut: "tls_timed_out"
        case .library: "tls_failure"
        }
    }
}
