import PostgresWire

/// Whether one attempt to connect uses TLS.
enum TLSUse: Hashable, Sendable {
    case none
    /// If the server has it.
    case offered
    case required

    /// What is tried at a host, in order. Unix sockets do without in any case.
    static func all(for mode: TLSMode, at host: Host) -> [TLSUse] {
        guard host.socketPath == nil else { return [.none] }
        return switch mode {
        case .disable: [.none]
        case .allow: [.none, .required]
        case .prefer: [.offered, .none]
        case .require, .verifyCA, .verifyFull: [.required]
        }
    }
}

extension ConnectionTarget {
    /// How much TLS is used with a host: what the user says, or else all of it where somebody could
    /// be in between.
    func tlsMode(at host: Host) -> TLSMode {
        if let tlsMode { return tlsMode }
        if tlsNegotiation == .direct { return host.isLocal ? .require : .verifyFull }
        return host.isLocal ? .prefer : .verifyFull
    }
}
