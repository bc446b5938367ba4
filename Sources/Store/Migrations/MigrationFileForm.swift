/// What an engine's migration files say of themselves, in comments at their head.
public struct MigrationFileForm: Hashable, Sendable {
    /// What files call the engine they are for: `-- apus: ENGINE`.
    public let engine: String
    /// What people call it.
    public let productName: String
    /// Whether files that name no engine are this one's.
    public let isUnmarked: Bool
    /// Whether a file can say that it runs outside of a transaction: `-- apus: no transaction`.
    public let runsOutsideTransactions: Bool
    /// Whether a file can ask for foreign keys to be off while it runs: `-- apus: foreign keys
    /// off`.
    public let suspendsForeignKeys: Bool

    /// A form.
    public init(
        engine: String, productName: String, isUnmarked: Bool = false,
        runsOutsideTransactions: Bool = false, suspendsForeignKeys: Bool = false
    ) {
        self.suspendsForeignKeys = suspendsForeignKeys
        self.engine = engine
        self.productName = productName
        self.isUnmarked = isUnmarked
        self.runsOutsideTransactions = runsOutsideTransactions
    }
}
