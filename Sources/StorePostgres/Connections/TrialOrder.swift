import PostgresWire

/// One attempt at one host.
struct HostTrial: Hashable {
    let host: Host
    let use: TLSUse
    /// What the server must be.
    let attributes: SessionAttributes
}

/// In which order hosts, and the ways to connect to each, are tried for one connection (PostgreSQL
/// manual, "Specifying Multiple Hosts" and "SSL Mode Descriptions").
struct TrialOrder {
    private var rest: [HostTrial]

    /// The trials for a lane, in an order of the hosts.
    init(_ hosts: [Host], for attributes: SessionAttributes, target: ConnectionTarget) {
        let rounds: [SessionAttributes] =
            switch attributes {
            case .preferStandby: [.standby, .any]
            case .any, .primary, .readOnly, .readWrite, .standby: [attributes]
            }
        rest = rounds.flatMap { attributes in
            hosts.flatMap { host in
                TLSUse.all(for: target.tlsMode(at: host), at: host).map {
                    HostTrial(host: host, use: $0, attributes: attributes)
                }
            }
        }
    }

    /// What is tried first.
    mutating func first() -> HostTrial? { rest.isEmpty ? nil : rest.removeFirst() }

    /// What is tried after one has failed; nil where that is all.
    mutating func next(after trial: HostTrial, _ failure: HostFailure) -> HostTrial? {
        let isAlternative = { (other: HostTrial) in
            other.host == trial.host && other.attributes == trial.attributes
        }
        if let next = rest.first, isAlternative(next) {
            if failure.mayComeOtherwise { return rest.removeFirst() }
            rest.removeAll(where: isAlternative)
        }
        return failure.endsSearch ? nil : first()
    }
}
