import Store
public import Values

/// A table whose changes are captured.
public struct CapturedModel: Sendable {
    /// The table's schema.
    public let schema: String
    /// The table's name, under which the log knows it.
    public let name: String
    /// The columns of its images, in their order; the table may have others.
    public let columns: [Column]
    /// Positions of the key columns in `columns`.
    public let key: [Int]
    /// How long its changes are kept at least.
    public let retain: Duration

    /// A column and its type.
    public struct Column: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// The type of which the table's own is the counterpart (a `timestamptz` of `timestamp`, a
        /// `numeric(p, s)` of `decimal`): images are written by PostgreSQL, in its words.
        public let type: ColumnType

        /// A column.
        public init(_ name: String, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    /// A table to capture.
    public init(
        schema: String = "public", name: String, columns: [Column], key: [Int], retain: Duration
    ) {
        self.schema = schema
        self.name = name
        self.columns = columns
        self.key = key
        self.retain = retain
    }

    /// The table, for SQL.
    var table: String { "\(quoted(identifier: schema)).\(quoted(identifier: name))" }
}

extension ColumnType {
    /// The setting that PostgreSQL's JSON of the type depends on; a session may have another value.
    var imageSetting: StoredFunction.Setting? {
        switch self {
        case .timestamp: .init(name: "TimeZone", value: "UTC")
        case .real: .init(name: "extra_float_digits", value: "1")
        case .bytes: .init(name: "bytea_output", value: "hex")
        case .text, .uuid, .date, .time, .decimal, .integer, .integer32, .boolean, .json: nil
        }
    }
}
