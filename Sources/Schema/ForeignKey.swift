public import Store

/// A reference from columns of one model to a key of another.
public struct ForeignKey: Hashable, Sendable {
    /// The constraint's name, `{table}_{columns}_fkey` unless the model file has another.
    public let name: String
    /// The referring columns, as indexes into the model's columns.
    public let columns: [Int]
    /// The name of the model referred to.
    public let target: String
    /// The columns referred to, as indexes into the target's columns.
    public let targetColumns: [Int]
    /// The names of the columns referred to.
    let targetNames: [String]
    /// What a delete of the target row does here.
    public let onDelete: DeleteAction
    /// The relation's name seen from the referring row (`as`).
    public let alias: String?
    /// The relation's name seen from the target row (`inverse`).
    public let inverse: String?
}
