public import Store

/// A reference from columns of one model to a key of another.
public struct ForeignKey: Hashable, Sendable {
    /// The constraint's name, `{table}_{column}_fkey`.
    public let name: String
    /// The referring columns, as indexes into the model's columns.
    public let columns: [Int]
    /// The name of the model referred to.
    public let target: String
    /// The columns referred to, as indexes into the target's columns.
    public let targetColumns: [Int]
    /// The name of the column referred to.
    let targetName: String
    /// What a delete of the target row does here.
    public let onDelete: DeleteAction
    /// The relation's name seen from the referring row (`as`).
    public let alias: String?
    /// The relation's name seen from the target row (`inverse`).
    public let inverse: String?
}
