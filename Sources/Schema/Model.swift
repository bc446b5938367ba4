import Values
public import Database

/// What a caller may be allowed to do with a row.
public enum Verb: String, Hashable, Sendable, CaseIterable {
    case read, create, update, delete
}

/// Who may use one verb: expressions that must be true of the row.
public struct AccessRule: Hashable, Sendable {
    /// Judges the row that is there: read, update and delete.
    public let using: ExpressionSource?
    /// Judges the row as it will be: create and update.
    public let check: ExpressionSource?

    /// A rule of the two parts.
    public init(using: ExpressionSource?, check: ExpressionSource?) {
        self.using = using
        self.check = check
    }
}

/// The feed of a model's changes.
public struct RealtimeSettings: Hashable, Sendable {
    /// How long changes stay readable for clients that come back; nil for what the project says.
    public let retain: Duration?
}

/// A set of columns whose values no two rows share.
public struct Unique: Hashable, Sendable {
    /// The constraint's name, `{table}_{columns}_key`.
    public let name: String
    /// The columns, as indexes into the model's columns, in declared order.
    public let columns: [Int]
}

/// An index declared in the model file or made for a foreign key.
public struct Index: Hashable, Sendable {
    /// A column of the index.
    public struct Part: Hashable, Sendable {
        /// The column, as an index into the model's columns.
        public let column: Int
        /// Whether the index runs from large to small.
        public let isDescending: Bool
    }

    /// The index's name, `{table}_{columns}_idx`.
    public let name: String
    /// The columns in order.
    public let parts: [Part]
    /// The rows the index holds; all of them when nil.
    public let predicate: ExpressionSource?
}

/// A rule that every row must keep, whoever writes it.
public struct Check: Hashable, Sendable {
    /// The constraint's name.
    public let name: String
    /// The condition; a row passes unless it is false.
    public let condition: ExpressionSource
}

/// A model: what one file of `Schemas/models` declares, checked and linked with the others.
public final class Model: Sendable {
    /// The table's name: the model file's name.
    public let name: String
    /// The model file.
    public let file: String
    /// What the author says the model is for.
    public let description: String?
    /// The columns in declared order.
    public let columns: [Column]
    /// The key columns, as indexes into `columns`; never empty.
    public let primaryKey: [Int]
    /// The sets of columns that no two rows share, beside the primary key.
    public let uniques: [Unique]
    /// The declared indexes, then those of foreign keys.
    public let indexes: [Index]
    /// The model's `checks`.
    public let checks: [Check]
    /// The foreign keys in order of their columns.
    public let references: [ForeignKey]
    /// The ways to other models, in both directions.
    public let relationships: [Relationship]
    /// The rules by verb; a verb without one belongs to the service role alone.
    public let access: [Verb: AccessRule]
    /// The feed, or nil when changes of this model are not published.
    public let realtime: RealtimeSettings?
    /// The key column that the database numbers itself.
    public let identity: Int?
    /// The numbers of that column.
    public let sequence: IdentitySequence?
    private let indexByName: [String: Int]

    init(_ draft: ModelDraft, references: [ForeignKey], relationships: [Relationship]) {
        name = draft.name
        file = draft.file
        description = draft.description
        columns = draft.columns.enumerated().map { index, column in
            var column = column
            column.reference = references.first { $0.columns == [index] }
            return column
        }
        primaryKey = draft.primaryKey
        uniques = draft.uniques
        indexes = draft.indexes
        checks = draft.checks
        self.references = references
        self.relationships = relationships
        access = draft.access
        realtime = draft.realtime
        identity = draft.columns.firstIndex(where: \.isIdentity)
        sequence = draft.columns.first(where: \.isIdentity).map { column in
            IdentitySequence(
                table: draft.name, column: column.name,
                maximum: column.type == .integer32 ? Int64(Int32.max) : .max)
        }
        indexByName = Dictionary(
            draft.columns.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The primary key's constraint name, `{table}_pkey`.
    public var primaryKeyName: String { "\(name)_pkey" }

    /// The index of the column called `name`, exactly spelled. O(1).
    public func columnIndex(_ name: String) -> Int? { indexByName[name] }

    /// The name of the unique constraint or primary key over exactly `columns`, in any order.
    public func uniqueName(over columns: some Sequence<Int>) -> String? {
        let wanted = Set(columns)
        if wanted == Set(primaryKey) { return primaryKeyName }
        return uniques.first { Set($0.columns) == wanted }?.name
    }
}
