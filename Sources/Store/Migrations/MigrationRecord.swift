/// A migration file as the database remembers it.
public struct MigrationRecord: Hashable, Sendable {
    /// The file's version.
    public let version: String
    /// The file's name without version and ending.
    public let name: String
    /// The file's checksum when it was applied.
    public let checksum: String
    /// When it was applied, in PostgreSQL's form of a timestamp.
    public let appliedAt: String

    /// A record.
    public init(version: String, name: String, checksum: String, appliedAt: String) {
        self.version = version
        self.name = name
        self.checksum = checksum
        self.appliedAt = appliedAt
    }
}
