/// One thing by which a table that is there differs from what it is to be. Columns of the new table
/// are told by their places in its definition.
public enum TableAlteration: Hashable, Sendable {
    // Columns
    /// A column that is new.
    case addColumn(Int)
    /// A column that goes, with its values, as it is spelled.
    case dropColumn(String)
    /// A column of another type; what it was declared as, nil for none of our types.
    case retype(Int, from: DeclaredType?)
    /// A column that becomes required, or is so no more.
    case requirement(Int)
    /// A column with another constant default, or without one from now on.
    case constantDefault(Int)
    /// A column that is computed from now on, or computed otherwise, with whatever else differs of
    /// it; and the conditions that were its.
    case compute(Int, gone: Set<TableStructure.Condition>)
    /// A computed column that is written from now on, and keeps the values it has.
    case stopComputing(Int)
    /// A column that has what no definition has (collations, numbers of its own),
    /// in the engine's words, or lacks it.
    case attributes(Int, was: [String])
    /// A column with another enum, other lengths or bounds, and the conditions that were theirs.
    case condition(Int, gone: Set<TableStructure.Condition>)

    // Keys and constraints
    /// Another primary key.
    case primaryKey
    /// A unique constraint that is new.
    case addUnique(Table.Key)
    /// A unique constraint that goes, and the indexes that it is; none for one that is a
    /// constraint.
    case dropUnique([String], indexes: [String])
    /// A unique constraint that is another than any definition has, by its name.
    case dropOtherUnique(String)
    /// A foreign key that is new, or another than before.
    case addReference(TableDefinition.Reference)
    /// A foreign key that goes.
    case dropReference(TableStructure.Key)
    /// A check that is new, or another than before.
    case addCheck(TableDefinition.Check)
    /// A check that goes.
    case dropCheck(TableStructure.Condition)
    /// Constraints that have the names which a renamed table or column gave them.
    case constraintNames
    /// A foreign key that has another name from now on.
    case keyName(TableStructure.Key, from: String, to: String)
    /// What kind of table it is.
    case options

    // Indexes
    /// An index that is new, or another than the one of its name.
    case addIndex(TableDefinition.Index)
    /// An index that goes, or makes way.
    case dropIndex(String)
}

extension TableAlteration {
    /// The column that is computed from now on, or computed otherwise.
    public func computedColumn(of table: TableDefinition) -> Int? {
        switch self {
        case .compute(let place, _): place
        case .addColumn(let place): table.columns[place].computed == nil ? nil : place
        case .stopComputing, .dropColumn, .retype, .requirement, .constantDefault, .attributes,
            .condition, .primaryKey, .addUnique, .dropUnique, .dropOtherUnique, .addReference,
            .dropReference, .addCheck, .dropCheck, .constraintNames, .keyName, .options,
            .addIndex, .dropIndex:
            nil
        }
    }
}

/// A table that is there and what it is to be, as an engine is asked for the statements between.
public struct TableChange: Sendable {
    /// As it is once tables and columns have their new names.
    public let old: TableStructure
    /// The names of the columns that are there, in lower case.
    public var columnsBefore: Set<String> { Set(old.columns.map(\.name)) }
    /// As it is to be.
    public let table: TableDefinition
    /// The same, as the engine would have it.
    public let new: TableStructure
    /// What else belongs to the table or names it, and goes where it is made anew.
    public let dependents: [DependentObject]

    /// A change.
    public init(
        _ old: TableStructure, to table: TableDefinition, _ new: TableStructure,
        dependents: [DependentObject] = []
    ) {
        self.new = new
        self.old = old
        self.table = table
        self.dependents = dependents
    }
}

/// Statements that carry out alterations of a table together.
public struct AlterationStep: Hashable, Sendable {
    /// The alterations, by their places among those asked for.
    public let alterations: [Int]
    /// The statements in order.
    public let statements: [ChangeStatement]
    /// Whether they make the table anew.
    public let isRebuild: Bool
    /// Whether others can go on to use the table only if each statement stands alone, outside of a
    /// transaction.
    public let standsAlone: Bool

    /// A step.
    public init(
        _ alterations: [Int], _ statements: [ChangeStatement], isRebuild: Bool = false,
        standsAlone: Bool = false
    ) {
        self.standsAlone = standsAlone
        self.alterations = alterations
        self.statements = statements
        self.isRebuild = isRebuild
    }
}

/// A statement of a change, without semicolon.
public struct ChangeStatement: Hashable, Sendable {
    /// The SQL.
    public let text: String
    /// What is said of the rows that it finds, which stand in the way then; nil for what changes
    /// something.
    public let expectation: String?
    /// The alteration that it is for, by its place among those of its step.
    public private(set) var alteration = 0

    /// A statement that changes something.
    public init(_ text: String) {
        self.text = text
        expectation = nil
    }

    /// A query that is to find nothing.
    public init(expectingNone query: String, _ expectation: String) {
        text = query
        self.expectation = expectation
    }

    /// The same, for one of several alterations.
    public func of(alteration: Int) -> ChangeStatement {
        var statement = self
        statement.alteration = alteration
        return statement
    }
}

/// What is no part of a definition and hangs on a table: a trigger, a view, an index over
/// expressions.
public struct DependentObject: Hashable, Sendable {
    /// What DROP calls it: `TRIGGER`.
    public let kind: String
    /// Its name.
    public let name: String
    /// The statement that makes it.
    public let statement: String
    /// What its statement names, in lower case, that may be columns.
    public let names: Set<String>
    /// What it names that may be tables.
    public let tables: Set<String>

    /// Something that depends on tables.
    ///
    /// - Parameter tables: all that it names when left out.
    public init(
        kind: String, name: String, statement: String, names: Set<String>,
        tables: Set<String>? = nil
    ) {
        self.tables = tables ?? names
        self.kind = kind
        self.name = name
        self.statement = statement
        self.names = names
    }
}
