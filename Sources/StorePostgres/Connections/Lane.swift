/// What a connection is used for, for as long as it lives.
public enum Lane: Int, CaseIterable, Hashable, Sendable {
    /// Short reads, several in flight on one connection.
    case read
    /// Writes, one unit at a time.
    case write
    /// Reads that take long, which would hold up those behind them.
    case slow
    /// Lent to one caller for several round trips: transactions of threads, migrations, LISTEN.
    case exclusive

    /// Whether its transactions are read only.
    var isReadOnly: Bool {
        switch self {
        case .read, .slow: true
        case .write, .exclusive: false
        }
    }

    /// What its connections are for, as people are told.
    var purpose: String {
        switch self {
        case .read: "short reads"
        case .write: "writes"
        case .slow: "long reads"
        case .exclusive: "transactions"
        }
    }

    /// Units in flight on one connection.
    var depth: Int {
        switch self {
        case .read: ConnectionLimits.pipelineDepth
        case .write, .slow, .exclusive: 1
        }
    }
}
