/// What a database has on record and what it holds, as a look at it finds that makes and changes
/// nothing, also while it is served and migrated: of one moment.
public struct DatabaseStanding: Sendable {
    /// What has been noted about it.
    public let facts: [String: String]
    /// The migration files that were applied, oldest first.
    public let records: [MigrationRecord]
    /// The files that have begun without a transaction and not come to their end.
    public let progress: [MigrationProgress]
    /// The tables and indexes; nil where no server has looked after the database yet.
    public let tables: StructureDescription?

    /// What was found.
    public init(
        facts: [String: String], records: [MigrationRecord], progress: [MigrationProgress] = [],
        tables: StructureDescription?
    ) {
        self.progress = progress
        self.facts = facts
        self.records = records
        self.tables = tables
    }
}
