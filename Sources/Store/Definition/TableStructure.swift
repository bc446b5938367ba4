public import Values

/// A table as an engine has it, in a form that can be compared: how it was spelled and where a
/// constraint stood make no difference. Names are in lower case; all other texts are the engine's
/// own words, in one form for what is one thing.
public struct TableStructure: Hashable, Sendable {
    /// A condition in the engine's words.
    public struct Condition: Hashable, Sendable {
        /// The words.
        public let text: String
        /// The columns that it names, and maybe what else its words are.
        public let names: [String]

        /// A condition.
        public init(_ text: String, names: [String]) {
            self.text = text
            self.names = names
        }
    }

    /// A default in the engine's words.
    public struct Default: Hashable, Sendable {
        /// The words.
        public let text: String
        /// The constant that it is; nil for other expressions.
        public let value: Value?

        /// A default.
        public init(_ text: String, _ value: Value?) {
            self.text = text
            self.value = value
        }
    }

    /// A column.
    public struct Column: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its name as it is spelled.
        public var spelled: Spelling
        /// Its type in the engine's words; see ``DefinitionDialect/type(of:checks:)``.
        public let type: String
        /// Whether it may not hold NULL.
        public var isNotNull = false
        /// What it holds when a writer gives nothing; nil without one.
        public var defaultValue: Default?
        /// What else there is to it that no definition has: collations, say.
        public var rest: [String] = []
        /// What the engine computes for it; nil for a column that is written.
        public var computed: Computation?

        /// A column that may hold NULL, without a default.
        public init(name: String, type: String) {
            self.name = name
            spelled = Spelling(name)
            self.type = type
        }

        /// Its name as statements and people write it.
        public var spelling: String { spelled.text }
    }

    /// What an engine computes for a column, in its words.
    public struct Computation: Hashable, Sendable {
        /// The words of the expression, and the columns that they name.
        public var value: Condition
        /// Whether it is kept with the row.
        public let isStored: Bool

        /// A computed value.
        public init(_ value: Condition, isStored: Bool) {
            self.value = value
            self.isStored = isStored
        }
    }

    /// A foreign key.
    public struct Key: Hashable, Sendable {
        /// The referring columns.
        public let columns: [String]
        /// The table referred to.
        public let target: String
        /// The columns referred to.
        public var targetColumns: [String]
        /// What a delete of the target row does here, as SQL spells it in lower case.
        public var onDelete = "no action"
        /// What else there is to it that no definition has.
        public var rest: [String] = []

        /// A foreign key that holds the rows referred to.
        public init(columns: [String], target: String, targetColumns: [String]) {
            self.columns = columns
            self.target = target
            self.targetColumns = targetColumns
        }
    }

    /// The table's name.
    public var name: String
    /// Its name as it is spelled.
    public var spelled: Spelling
    /// The columns in order.
    public var columns: [Column] = []
    /// The columns of the primary key.
    public var primaryKey: [String] = []
    /// The columns of the unique constraints.
    public var uniques: Set<[String]> = []
    /// The unique constraints that are more, or less, than those of a definition: in the engine's
    /// words, by their names.
    public var otherUniques: [String: String] = [:]
    /// The foreign keys.
    public var keys: Set<Key> = []
    /// The conditions of all checks.
    public var checks: Set<Condition> = []
    /// What kind of table it is, in the engine's words.
    public var options: Set<String> = []
    /// What its constraints are called.
    public var constraintNames = ConstraintNames()

    /// What constraints are called, by what they say. Nothing is the same or another by that.
    public struct ConstraintNames: Hashable, Sendable {
        /// The primary key.
        public var primaryKey: String?
        /// The unique constraints.
        public var uniques: [[String]: String] = [:]
        /// The foreign keys.
        public var keys: [Key: String] = [:]
        /// The checks.
        public var checks: [Condition: String] = [:]

        /// No names.
        public init() {}

        /// Whatever names there are, structures are alike.
        public static func == (one: Self, other: Self) -> Bool { true }

        /// See `==`.
        public func hash(into hasher: inout Hasher) {}
    }

    /// A table without columns.
    public init(name: String) {
        self.name = name
        spelled = Spelling(name)
    }

    /// Its name as statements and people write it.
    public var spelling: String { spelled.text }

    /// The column of a name.
    public func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// Names of its columns as people write them, with commas between.
    public func spelling(of columns: [String]) -> String {
        columns.map { column($0)?.spelling ?? $0 }.joined(separator: ", ")
    }

    /// Whether this table is `other`, perhaps with columns and constraints added to it; but for
    /// unique constraints, which may be indexes too.
    public func covers(_ other: TableStructure) -> Bool {
        other.columns.allSatisfy { column($0.name) == $0 }
            && primaryKey == other.primaryKey
            && keys.isSuperset(of: other.keys)
            && checks.isSuperset(of: other.checks) && options == other.options
            && other.otherUniques.allSatisfy { otherUniques[$0] == $1 }
    }

    /// Whether nothing is here that one table has and another has not, but for unique constraints.
    func lacks(whatIsIn old: TableStructure, andNotIn new: TableStructure) -> Bool {
        let names = Set(old.columns.map(\.name)).subtracting(new.columns.map(\.name))
        return columns.allSatisfy { !names.contains($0.name) }
            && keys.isDisjoint(with: old.keys.subtracting(new.keys))
            && checks.isDisjoint(with: old.checks.subtracting(new.checks))
    }
}
