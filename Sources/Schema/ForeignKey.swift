/// A reference from columns of one model to a key of another.
public struct ForeignKey: Hashable, Sendable {
    /// What happens to the referring row when the row it refers to is deleted.
    public enum DeleteAction: String, Hashable, Sendable, CaseIterable {
        /// The delete fails at the end of the statement.
        case noAction
        /// The delete fails at once.
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
    }

    /// The constraint's name, `{table}_{column}_fkey`.
    public let name: String
    /// The referring columns, as indexes into the model's columns.
    public let columns: [Int]
    /// The name of the model referred to.
    public let target: String
    /// The columns referred to, as indexes into the target's columns.
    public let targetColumns: [Int]
    /// The name of the column referred to.
    let targetName: String?
    /// What a delete of the target row does here.
    public let onDelete: DeleteAction
    /// The relation's name seen from the referring row (`as`).
    public let alias: String?
    /// The relation's name seen from the target row (`inverse`).
    public let inverse: String?

    /// The relation's name seen from the referring row (`as`).
    public var `as`: String? { alias }
}
