public import Values

/// A table as statements need to know it: its columns and its constraints. A model's table is made
/// once, when models are linked.
public final class Table: Sendable {
    /// A column.
    public struct Column: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// The type of its values.
        public let type: ColumnType
        /// Whether it may hold NULL.
        public let isNullable: Bool
        /// Whether the store computes it, so that no statement gives it a value.
        public let isComputed: Bool

        /// A column.
        public init(
            _ name: String, _ type: ColumnType, isNullable: Bool, isComputed: Bool = false
        ) {
            self.isComputed = isComputed
            self.name = name
            self.type = type
            self.isNullable = isNullable
        }
    }

    /// Columns whose values no two rows share, by the constraint's name.
    public struct Key: Hashable, Sendable {
        /// The constraint's name.
        public let name: String
        /// The columns' places, in the constraint's own order.
        public let columns: [Int]

        /// A key.
        public init(_ name: String, _ columns: [Int]) {
            self.name = name
            self.columns = columns
        }
    }

    /// A foreign key, seen from one of its two tables.
    public struct Reference: Hashable, Sendable {
        /// The constraint's name.
        public let name: String
        /// The places of its columns in this table.
        public let columns: [Int]
        /// The other table's name.
        public let other: String
        /// The columns there, pairwise.
        public let otherColumns: [Column]
        /// Whether a row that is referred to cannot be deleted.
        public let holdsRows: Bool

        /// A reference.
        public init(
            _ name: String, _ columns: [Int], of other: String, _ otherColumns: [Column],
            holdsRows: Bool
        ) {
            self.name = name
            self.columns = columns
            self.other = other
            self.otherColumns = otherColumns
            self.holdsRows = holdsRows
        }
    }

    /// The table's name.
    public let name: String
    /// The columns in the model's order; one behind them where the store numbers its rows.
    public let columns: [Column]
    /// The primary key.
    public let primaryKey: Key
    /// Whether its rows are told apart by a number alone that the store gives them: the last
    /// column, which no client sees.
    public let numbersRows: Bool
    /// The other keys.
    public let uniques: [Key]
    /// The tables it refers to.
    public let references: [Reference]
    /// The tables that refer to it.
    public let dependents: [Reference]
    /// The place of the column that the store numbers, and its numbers.
    public let identity: (column: Int, sequence: IdentitySequence)?
    /// The query whose rows it has; nil for those that are stored. It has no rows of its own, and
    /// perhaps no columns in its primary key.
    public let query: TableQuery?

    /// A table.
    ///
    /// - Parameter numbersRows: whether it has no key of its own: the key is then the number of a
    ///   row, in a column that is added.
    public init(
        _ name: String, _ columns: [Column], primaryKey: Key, uniques: [Key] = [],
        references: [Reference] = [], dependents: [Reference] = [],
        identity: (column: Int, sequence: IdentitySequence)? = nil, query: TableQuery? = nil,
        numbersRows: Bool = false
    ) {
        let number = Column(EngineNames.rowNumber, .integer, isNullable: false)
        self.query = query
        self.name = name
        self.columns = numbersRows ? columns + [number] : columns
        self.primaryKey = numbersRows ? Key(primaryKey.name, [columns.count]) : primaryKey
        self.uniques = uniques
        self.references = references
        self.dependents = dependents
        let numbers = IdentitySequence(table: name, column: number.name, maximum: .max)
        self.identity = numbersRows ? (columns.count, numbers) : identity
        self.numbersRows = numbersRows
    }

    /// The columns that clients see.
    public var shown: ArraySlice<Column> { numbersRows ? columns.dropLast() : columns[...] }

    /// The places of the columns that an INSERT gives values.
    public var givenColumns: [Int] { columns.indices.filter { !columns[$0].isComputed } }

    /// The primary key, then the others.
    public var keys: [Key] { [primaryKey] + uniques }

    /// Whether something tells each row from all others.
    var hasIdentity: Bool { query == nil || !primaryKey.columns.isEmpty }

    /// What statements read its rows from.
    public var rows: SelectStatement.TableReference { query.map { .query($0) } ?? .table(name) }

    /// A column of a row that a statement calls `alias`.
    public func column(_ place: Int, of alias: String?) -> ValueExpression {
        .column(columns[place].name, of: alias, type: columns[place].type)
    }
}

extension Table: Hashable {
    /// Whether both have the name: statements are compared within one set of models.
    public static func == (left: Table, right: Table) -> Bool {
        left === right || left.name == right.name
    }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
