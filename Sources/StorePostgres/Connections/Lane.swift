/// What a connection is used for, for as long as it lives.
public enum Lane: Int, CaseIterable, Hashable, Sendable {
    /// Short reads, several in flight on one connection.
    case read
    /// Writes, one unit at a time.
    case write
    /// Reads that take long, which would hold up those behind them.
    case slow
    /// Writes that take long, each the statement of a plan that is known for it.
    case slowWrite
    /// Lent to one caller for several round trips: transactions of threads, migrations, LISTEN.
    case exclusive

    /// Whether its transactions are read only.
    var isReadOnly: Bool {
        switch self {
        case .read, .slow: true
        case .write, .slowWrite, .exclusive: false
        }
    }

    /// What its connections are for, as people are told.
    var purpose: String {
        switch self {
        case .read: "short reads"
        case .write: "writes"
        case .slow: "long reads"
        case .slowWrite: "long writes"
        case .exclusive: "transactions"
        }
    }

    /// Where its units are run that take long; nil where all may take what they like.
    var slowLane: Lane? {
        switch self {
        case .read: .slow
        case .write: .slowWrite
        case .slow, .slowWrite, .exclusive: nil
        }
    }

    /// Whether its units may take long, so that callers share it.
    var isSlow: Bool {
        switch self {
        case .slow, .slowWrite: true
        case .read, .write, .exclusive: false
        }
    }

    /// Units in flight on one connection.
    var depth: Int {
        switch self {
        case .read: ConnectionLimits.pipelineDepth
        case .write, .slow, .slowWrite, .exclusive: 1
        }
    }
}
