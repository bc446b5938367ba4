import Configuration
import Diagnostics
import Network
import Quotas
import Schema
import Store

/// A database as a server uses it: what its services know of it, and what only the server does.
protocol ServedDatabase: Database, MigrationTarget, BackupSource {
    /// What a loop reads and writes with. To be called on the loop.
    func attach(to context: LoopContext) throws(Problem) -> LoopStore

    /// The other servers that serve from it, each as people tell it from others. Blocks.
    func otherServers() throws(Problem) -> [String]

    /// Leaves word for commands of where the server answers, if it has the database to itself.
    func noteServer(at url: String)

    /// Looks whether the database is still there; called each second. Returns at once.
    func look()

    /// Appends what the engine counts, in Prometheus' text format.
    func appendMetrics(to output: inout [UInt8])

    /// Why nothing can be written for now; nil while all is well.
    var fault: ServingState? { get }
}

/// What one loop reads and writes with. Confined to it.
struct LoopStore {
    let reader: any Reader
    /// Where small queries are asked in their caller's share.
    let lookUps: any LookUpSource
    let writes: any WriteEngine
    /// Lets go of what is only the loop's. To be called on it before it ends.
    let detach: () -> Void
}

/// Which database a project's rows are in, before anything of it is opened.
protocol DatabaseLocation: Sendable {
    /// Where it is, for people; without its password.
    var description: String { get }

    /// How its tables are defined.
    var definitions: any DefinitionDialect { get }

    /// Opens the database to be served, or makes it.
    ///
    /// - Parameter memory: What long answers are taken from.
    func open(_ settings: Settings, memory: MemoryPool, log: Log) throws -> any ServedDatabase

    /// Finds out, on what `body` is given, what definitions and scripts would build. Changes
    /// nothing.
    func withScratch<R>(_ log: Log, _ body: (any MigrationEngine) throws -> R) throws -> R

    /// A copy of the database, rows and all, to try migration files on; gone when `body` returns.
    /// Nobody is kept from using the database meanwhile.
    ///
    /// - Parameter applied: the files that have built it so far.
    func withCopy<R>(
        builtBy applied: [MigrationFile], _ log: Log, _ body: (any MigrationTarget) throws -> R
    ) throws -> R

    /// Where the server answers that has the database to itself, if one does and has said so.
    var server: String? { get }

    /// What has been noted about the database; nothing where there is none. Makes and changes
    /// nothing, and waits for no migration, as a look at the tables may.
    func facts(_ log: Log) throws -> [String: String]

    /// What the database has on record; nil where there is none yet. Makes and changes nothing.
    func standing(_ log: Log) throws -> DatabaseStanding?

    /// What its backups are.
    var backupKind: BackupKind { get }

    /// Throws where there is nothing to be backed up.
    func requireDatabase() throws(Problem)

    /// Writes a backup, also beside a server that uses the database: see
    /// ``Store/BackupSource/backUp(to:progress:)``.
    func backUp(
        to path: String, _ log: Log,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws -> WrittenBackup

    /// Reads whole tables as they are at one moment, also beside a server that uses the database.
    func withSnapshot<R>(
        _ log: Log, _ body: (any TableSnapshot) throws(Problem) -> R
    ) throws -> R

    /// Puts a backup in the place of the database, which no server may be using.
    ///
    /// - Parameters:
    ///   - stamp: What tells what is kept of the former one from all else: a date and time.
    ///   - replaces: Whether there may be one.
    func restore(
        from backup: String, _ options: ServerOptions, stamp: String, replaces: Bool,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws -> RestoredDatabase
}
