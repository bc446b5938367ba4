import PostgresWire

extension HostFailure: CustomStringConvertible {
    /// One sentence that names the host and what was in the way.
    public var description: String {
        switch cause {
        case .network(let error): "\(error)"
        case .tlsRefused: "The database server \(host) offers no TLS, which sslmode asks for."
        case .tlsAnswer: "\(host) does not answer as a PostgreSQL server does."
        case .session(.server(let error)):
            "The database server \(host) refused the connection: \(error.message)"
                + " (\(error.sqlState))."
        case .session(.fault(let fault)):
            "The database server \(host) cannot be used: \(fault.reason)."
        case .session(.connectionLost), .session(.terminated):
            "The database server \(host) ended the connection before it had begun."
        case .timedOut: "The database server \(host) did not let us in in time."
        case .unsuitable(let attributes):
            "The database server \(host) is not \(attributes.rawValue)."
        case .readOnlyByDefault:
            "The database server \(host) takes no writes: default_transaction_read_only is on."
        }
    }
}

extension Unavailability: CustomStringConvertible {
    /// A sentence for each host that was tried, one where it was tried with TLS and without to the
    /// same end; before them, where none has answered, that it is this.
    public var description: String {
        let failures = failures.map(\.description).reduce(into: [String]()) { told, sentence in
            if !told.contains(sentence) { told.append(sentence) }
        }
        return (isAnswered ? failures : ["The database cannot be reached."] + failures)
            .joined(separator: " ")
    }

    /// Whether a server was there: then something is to be set right with it.
    var isAnswered: Bool { failures.contains(where: \.isAnswered) }

    /// What to do about it, the statement that does it first where there is one.
    public var remedy: String? { failures.lazy.compactMap { $0.remedy(role, database) }.first }
}
