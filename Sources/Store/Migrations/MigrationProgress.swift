/// How far a migration file has come that runs without a transaction and has not come to its end.
public struct MigrationProgress: Hashable, Sendable {
    /// The file's version.
    public let version: String
    /// The file's name without version and ending.
    public let name: String
    /// How many of its statements are done, from the first.
    public let done: Int
    /// What the texts of those sum up to.
    public let sum: String
    /// How many statements the file had when it was last begun.
    public let count: Int

    /// A progress.
    public init(version: String, name: String, done: Int, sum: String, count: Int) {
        self.version = version
        self.name = name
        self.done = done
        self.sum = sum
        self.count = count
    }
}

/// Statements of a migration file that runs without a transaction which are done together: in a
/// small transaction with the note that they are, or a single one that can stand in none.
public struct MigrationPart: Sendable {
    /// The file's version.
    public let version: String
    /// The statements; at least one.
    public let statements: ArraySlice<MigrationScript.Statement>
    /// What the texts of all statements sum up to, from the file's first to the last of these.
    public let sum: String

    /// A part.
    public init(
        version: String, statements: ArraySlice<MigrationScript.Statement>, sum: String
    ) {
        self.version = version
        self.statements = statements
        self.sum = sum
    }
}
