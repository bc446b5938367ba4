/// A query that is read as a table is: its rows are computed whenever somebody asks for them. What
/// a model file calls a view.
///
/// Statements hold the query's text as it was written. The tables that it names are expressions of
/// their names there, so that they have the declared columns and no row that is deleted softly,
/// whatever a session looks for names in.
public final class TableQuery: Sendable {
    /// The rows of a table as the text sees them.
    public struct Rows: Sendable {
        /// The table.
        public let table: String
        /// Its columns.
        public let columns: [Table.Column]
        /// The column that a soft deletion sets: rows that have a time in it are left out.
        public let deletedAt: Int?

        /// The rows of a table that are there.
        public init(of table: String, _ columns: [Table.Column], deletedAt: Int? = nil) {
            self.table = table
            self.columns = columns
            self.deletedAt = deletedAt
        }
    }

    /// What the text may name.
    public enum Source: Sendable {
        case rows(Rows)
        case query(TableQuery)

        var name: String {
            switch self {
            case .rows(let rows): rows.table
            case .query(let query): query.name
            }
        }
    }

    /// What statements call it.
    public let name: String
    /// The columns that it is read by. The text has them in any order.
    public let columns: [Table.Column]
    /// One SELECT, without a semicolon.
    public let text: String
    /// What it names.
    public let sources: [Source]

    /// A query.
    public init(_ name: String, _ columns: [Table.Column], text: String, over sources: [Source]) {
        self.name = name
        self.columns = columns
        self.text = text
        self.sources = sources
    }

    /// The tables whose rows it reads, through other queries too.
    public var tables: [Rows] {
        var found: [Rows] = []
        for source in sources {
            let rows: [Rows] =
                switch source {
                case .rows(let rows): [rows]
                case .query(let query): query.tables
                }
            found += rows.filter { rows in !found.contains { $0.table == rows.table } }
        }
        return found
    }
}

extension TableQuery: Hashable {
    /// Whether both have the name: statements are compared within one set of models.
    public static func == (left: TableQuery, right: TableQuery) -> Bool {
        left === right || left.name == right.name
    }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// What an engine finds of a query that it is shown.
public enum QueryFinding: Sendable {
    /// It can be read, and has these columns.
    case columns([QueryColumn])
    /// It cannot: why in the engine's words, and the byte of the query's text that they are about,
    /// where it says so.
    case refused(String, offset: Int?)
}

/// A column of a query as an engine finds it.
public struct QueryColumn: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The engine's name of its type; nil where the engine does not tell before it has rows.
    public let type: String?
    /// Whether its values are read as those of the declared column of its name.
    public let isReadable: Bool

    /// A column.
    public init(_ name: String, type: String?, isReadable: Bool) {
        self.name = name
        self.type = type
        self.isReadable = isReadable
    }
}
