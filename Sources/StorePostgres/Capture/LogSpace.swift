import Bytes
import Store

/// Where the log of changes stands in a database: the schema that holds its tables and functions.
///
/// A log is written by triggers, in the transactions of the changes themselves, and put in order by
/// *ticks*. A tick looks at which transactions are visible; those that were not at the tick before
/// are a *cut*. Inside a cut, transactions are ordered by the last number that they drew from one
/// sequence: a row lock is given up only after its holder has become visible, so who waited for it
/// draws a later number, and what depends on a transaction stands behind it.
///
///     log      one row a change: transaction, number, model, new and old row
///     commits  one row a transaction: its cut, and where its numbers begin in the order of all
///     cut      one row a tick that found something: what was visible, the last number
///     epochs   one row a history: a server that failed over or was restored begins a new one
///     trimmed  one row a model: the last number that retention has deleted of it
///     meta     what else the database says of itself
public struct LogSpace: Hashable, Sendable {
    /// The schema's name, of at most 63 bytes without NUL.
    public let schema: String

    /// A log in a schema of its own; without one it stands with our functions.
    public init(schema: String = DatabaseFunction.schema) { self.schema = schema }

    /// The channel on which ticks notify with a cut's number.
    public var channel: String { schema }

    /// A table or function of the log, for SQL.
    func name(_ object: String) -> String {
        "\(quoted(identifier: schema)).\(quoted(identifier: object))"
    }

    /// What only one session of a database does at a time.
    enum Lock: Int32 {
        /// Making and changing tables, functions and triggers.
        case setup = 1_634_760_051  // "apus"
        /// Cutting.
        case tick
        /// Deleting what is old.
        case trim
        /// Migrating.
        case migration
        /// Writing what must not be written side by side.
        case transaction
        /// Serving, which several do.
        case serving
    }

    /// The two arguments of an advisory lock's function. Locks belong to a database, so the second
    /// one tells two logs of one database apart.
    func arguments(_ lock: Lock) -> String {
        let number = Int32(truncatingIfNeeded: FNV1a.hash(Array(schema.utf8)))
        return "\(lock.rawValue), \(number)"
    }
}
