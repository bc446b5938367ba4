public import Diagnostics

extension Problem {
    /// Words an error of the operating system for the person who starts the server.
    public init(_ error: NetworkError) {
        let hint: String? =
            switch error {
            case .addressInUse:
                "Stop the other process, or choose a port with --listen HOST:PORT (0 picks one)."
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
        let code =
            switch error {
            case .addressInUse: "address_in_use"
            case .addressNotAvailable: "address_not_available"
            case .permissionDenied: "port_not_permitted"
            case .unresolvable: "host_unresolvable"
            case .everyInterface: "host_is_every_interface"
            case .invalidPort: "invalid_port"
            case .invalidSocketPath: "invalid_socket_path"
            case .descriptorsExhausted: "descriptors_exhausted"
            case .threadsExhausted: "threads_exhausted"
            case .system: "network_failure"
            }
        self.init(code: code, status: 500, message: error.description, hint: hint)
    }

    /// Words what is wrong with the certificate or key for the person who configured them.
    public init(_ error: TLSError) {
        let code =
            switch error {
            case .unreadable: "tls_file_unreadable"
            case .noCertificate: "tls_no_certificate"
            case .noKey: "tls_no_key"
            case .mismatch: "tls_key_mismatch"
            case .refused: "tls_certificate_refused"
            case .handshake: "tls_handshake_failed"
            case .library: "tls_failure"
            }
        self.init(code: code, status: 500, message: error.description)
    }
}
