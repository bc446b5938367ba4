/// What happens to the referring row when the row it refers to is deleted. The raw value is the
/// word of a model file.
public enum DeleteAction: String, Hashable, Sendable, CaseIterable {
    /// The delete fails at the end of the statement.
    case noAction
    /// The same, even where references are checked later than that.
    case restrict
    /// The referring rows are deleted too.
    case cascade
    /// The referring columns become null.
    case setNull
    /// The referring columns get their constant defaults.
    case setDefault

    /// The action as SQL spells it.
    public var sql: String {
        switch self {
        case .noAction: "NO ACTION"
        case .restrict: "RESTRICT"
        case .cascade: "CASCADE"
        case .setNull: "SET NULL"
        case .setDefault: "SET DEFAULT"
        }
    }

    /// What a foreign key says of it, with a blank before it: nothing of NO ACTION, the default.
    public var clause: String { self == .noAction ? "" : " ON DELETE \(sql)" }
}
