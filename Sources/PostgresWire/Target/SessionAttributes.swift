/// What a server must be to be used (`target_session_attrs` of libpq).
public enum SessionAttributes: String, CaseIterable, Sendable {
    case any
    /// It takes writes.
    case readWrite = "read-write"
    /// It takes none.
    case readOnly = "read-only"
    /// It is no standby.
    case primary
    /// It is one.
    case standby
    /// A standby if there is one among the hosts, or any.
    case preferStandby = "prefer-standby"

    /// Whether a server will do, by what it reports at the start of a session; nil where it reports
    /// too little (before version 14), and must be asked (`pg_is_in_recovery()`).
    ///
    /// For `preferStandby` the hosts are tried once with this answer, then once with any.
    public func isMet(inHotStandby: String?, defaultTransactionReadOnly: String?) -> Bool? {
        let isStandby = inHotStandby.map { $0 == "on" }
        let isReadOnly = defaultTransactionReadOnly.map { $0 == "on" }
        switch self {
        case .any: return true
        case .primary: return isStandby.map { !$0 }
        case .standby, .preferStandby: return isStandby
        case .readOnly, .readWrite:
            guard let isStandby, let isReadOnly else { return nil }
            return (isStandby || isReadOnly) == (self == .readOnly)
        }
    }
}
