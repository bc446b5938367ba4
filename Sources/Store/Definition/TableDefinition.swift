public import Values

/// What a table should be, whatever engine makes it: a model's, or one of the server's own.
///
/// Whatever an engine can hold as a constraint is one, so that every writer obeys it. How it spells
/// the types and conditions is its own (``DefinitionDialect``).
public struct TableDefinition: Hashable, Sendable {
    /// A condition on the values of one column, which NULL always keeps.
    public enum Condition: Hashable, Sendable {
        /// One of these values.
        case oneOf([Value])
        /// So many characters, or bytes of a `bytes` column; a bound that is nil is none.
        case length(min: Int?, max: Int?)
        /// A value that compares so with a constant.
        case comparison(Comparison, Value)
        /// A multiple of a constant. An engine may leave it out where it would judge otherwise than
        /// the server does, which checks what it is sent itself.
        case multipleOf(Value)
    }

    /// A column.
    public struct Column: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// The type of its values, which puts conditions of its own on them.
        public let type: DeclaredType
        /// Whether it may hold NULL.
        public let isNullable: Bool
        /// What it holds when a writer gives nothing; nil for NULL. Always a constant: what is
        /// computed is given by the server.
        public let defaultValue: Value?
        /// Whether the store numbers it.
        public let isIdentity: Bool
        /// Further conditions, all of which hold.
        public let conditions: [Condition]
        /// The name of the check that type and conditions make.
        public let checkName: String
        /// What rows that are there get in it where it is new; nil for ``defaultValue``.
        public let fill: ColumnFill?
        /// What the engine computes for it; nil for a column that is written.
        public let computed: Computation?

        /// A column.
        public init(
            _ name: String, _ type: DeclaredType, isNullable: Bool, defaultValue: Value? = nil,
            isIdentity: Bool = false, conditions: [Condition] = [], checkName: String,
            fill: ColumnFill? = nil, computed: Computation? = nil
        ) {
            self.computed = computed
            self.fill = fill
            self.name = name
            self.type = type
            self.isNullable = isNullable
            self.defaultValue = defaultValue
            self.isIdentity = isIdentity
            self.conditions = conditions
            self.checkName = checkName
        }
    }

    /// What rows that are there get in a new column whose default is computed for each row.
    public enum ColumnFill: Hashable, Sendable, CaseIterable {
        /// The moment of the change.
        case currentTimestamp
        /// A random UUID.
        case randomUUID
        /// A UUID that sorts by time.
        case uuidv7
    }

    /// What an engine computes for a column, of the other columns of the row.
    public struct Computation: Hashable, Sendable {
        /// The value over bare column names.
        public let value: ValueExpression
        /// Whether it is kept with the row, where the engine has a choice.
        public let isStored: Bool

        /// A computed value.
        public init(_ value: ValueExpression, isStored: Bool) {
            self.value = value
            self.isStored = isStored
        }
    }

    /// A foreign key.
    public struct Reference: Hashable, Sendable {
        /// The constraint's name.
        public let name: String
        /// The places of its columns.
        public let columns: [Int]
        /// The table referred to.
        public let target: String
        /// The columns there, pairwise.
        public let targetColumns: [String]
        /// What a delete of the target row does here.
        public let onDelete: DeleteAction

        /// A foreign key.
        public init(
            _ name: String, _ columns: [Int], to target: String, _ targetColumns: [String],
            onDelete: DeleteAction
        ) {
            self.name = name
            self.columns = columns
            self.target = target
            self.targetColumns = targetColumns
            self.onDelete = onDelete
        }
    }

    /// A condition that every row keeps.
    public struct Check: Hashable, Sendable {
        /// The constraint's name.
        public let name: String
        /// The condition over bare column names; a row passes unless it is false.
        public let condition: ValueExpression

        /// A check.
        public init(_ name: String, _ condition: ValueExpression) {
            self.name = name
            self.condition = condition
        }
    }

    /// An index.
    public struct Index: Hashable, Sendable {
        /// A column of the index.
        public struct Part: Hashable, Sendable {
            /// The column's place.
            public let column: Int
            /// Whether the index runs from large to small.
            public let isDescending: Bool

            /// A part.
            public init(_ column: Int, isDescending: Bool = false) {
                self.column = column
                self.isDescending = isDescending
            }
        }

        /// The index's name.
        public let name: String
        /// The columns in order.
        public let parts: [Part]
        /// Whether no two of its rows are alike in all parts.
        public let isUnique: Bool
        /// The rows that it holds, over bare column names; all of them when nil.
        public let condition: ValueExpression?

        /// An index.
        public init(
            _ name: String, on parts: [Part], isUnique: Bool = false,
            where condition: ValueExpression? = nil
        ) {
            self.name = name
            self.parts = parts
            self.isUnique = isUnique
            self.condition = condition
        }
    }

    /// The table's name.
    public let name: String
    /// The columns in order.
    public let columns: [Column]
    /// The primary key.
    public let primaryKey: Table.Key
    /// The other keys.
    public let uniques: [Table.Key]
    /// The tables it refers to.
    public let references: [Reference]
    /// What every row keeps.
    public let checks: [Check]
    /// The indexes beside those of its keys.
    public let indexes: [Index]

    /// A table.
    public init(
        _ name: String, _ columns: [Column], primaryKey: Table.Key, uniques: [Table.Key] = [],
        references: [Reference] = [], checks: [Check] = [], indexes: [Index] = []
    ) {
        self.name = name
        self.columns = columns
        self.primaryKey = primaryKey
        self.uniques = uniques
        self.references = references
        self.checks = checks
        self.indexes = indexes
    }

    /// Whether rows that are there have a value in a column once it is added, or need none. Numbers
    /// of its own are given to them by the store.
    public func isFilled(_ column: Int) -> Bool {
        let column = columns[column]
        return column.isNullable || column.defaultValue != nil || column.fill != nil
            || column.isIdentity || column.computed != nil
    }

    /// The columns, by their places, that are computed of others for which something holds.
    public func computedColumns(of holds: (String) -> Bool) -> [Int] {
        columns.indices.filter { place in
            columns[place].computed?.value.columnNames.contains(where: holds) == true
        }
    }

    /// The same table with those foreign keys only for which something holds.
    public func referring(where holds: (Reference) -> Bool) -> TableDefinition {
        TableDefinition(
            name, columns, primaryKey: primaryKey, uniques: uniques,
            references: references.filter(holds), checks: checks, indexes: indexes)
    }

    /// The foreign key that a column alone makes.
    public func reference(of column: Int) -> Reference? {
        references.first { $0.columns == [column] }
    }
}
