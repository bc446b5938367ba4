/// In which order several hosts are tried (`load_balance_hosts` of libpq).
public enum HostOrder: String, CaseIterable, Sendable {
    /// As they are written.
    case disable
    /// Shuffled for each connection.
    case random
}
