public import Store
import Values

/// The feed of a model's changes.
public struct RealtimeSettings: Hashable, Sendable {
    /// How long changes stay readable for clients that come back; nil for what the project says.
    public let retain: Duration?
}

/// A model: what one file of `Schemas/models` declares, checked and linked with the others.
public final class Model: Sendable {
    /// The table's name: the model file's name.
    public let name: String
    /// The model file.
    public let file: String
    /// What it is for, in its author's words.
    public let description: String?
    /// The names it had before, the last one first.
    public let renamedFrom: [String]
    /// Whether clients should use it no more.
    public let isDeprecated: Bool
    /// The columns in declared order.
    public let columns: [Column]
    /// The key columns, as indexes into `columns`; empty where nothing tells its rows apart: of a
    /// view that declares none, and of a model that says so.
    public let primaryKey: [Int]
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
    /// The column that a deletion sets, where deletions are soft (`softDelete`): a row that has a
    /// time in it is gone for all but who looks for it. Nil where a deletion removes the row.
    public let deletedAt: Int?
    /// The SELECT whose rows the model has; nil where they are stored.
    let view: ViewSource?
    /// The columns that the store computes.
    public let computedColumns: [Int]
    /// The model's table as statements know it.
    public let table: Table
    private let indexByName: [String: Int]
    /// The columns by the names they had before, where neither a column nor a relation is called so
    /// now.
    private let indexByFormerName: [String: Int]

    init(
        _ draft: ModelDraft, _ table: Table, view: ViewSource? = nil, references: [ForeignKey],
        relationships: [Relationship]
    ) {
        self.table = table
        self.view = view
        name = draft.name
        file = draft.file
        description = draft.description
        renamedFrom = draft.renamedFrom
        isDeprecated = draft.isDeprecated
        columns = draft.columns.enumerated().map { index, column in
            var column = column
            column.reference = references.first { $0.columns == [index] }
            return column
        }
        computedColumns = draft.columns.indices.filter { draft.columns[$0].computed != nil }
        primaryKey = draft.primaryKey
        indexes = draft.indexes
        checks = draft.checks
        self.references = references
        self.relationships = relationships
        access = draft.access
        realtime = draft.realtime
        deletedAt = draft.deletedAt
        let indexByName = Dictionary(
            draft.columns.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first })
        self.indexByName = indexByName
        let former = draft.columns.enumerated().flatMap { index, column in
            column.renamedFrom.map { ($0, index) }
        }
        indexByFormerName = Dictionary(former, uniquingKeysWith: { first, _ in first })
            .filter { name, _ in
                indexByName[name] == nil && !relationships.contains { $0.alias == name }
            }
    }

    /// The primary key's constraint name, `{table}_pkey`.
    public var primaryKeyName: String { table.primaryKey.name }

    /// The columns of its table: one more than clients know where the store numbers its rows.
    var storedColumns: [Column] {
        table.numbersRows ? columns + [.rowNumber(table: name, file: file)] : columns
    }

    /// The key column that the database numbers itself.
    public var identity: Int? { table.identity?.column }

    /// The numbers of that column.
    public var sequence: IdentitySequence? { table.identity?.sequence }

    /// The index of the column called `name`, exactly spelled. O(1).
    public func columnIndex(_ name: String) -> Int? {
        // Whatever it is, it is not hashed where it is longer than any name.
        name.utf8.count <= SchemaLimits.nameBytesMax ? indexByName[name] : nil
    }

    /// The index of the column that clients may call `name`: so, or so before while the model file
    /// says it.
    public func columnIndex(asked name: String) -> Int? {
        if let index = columnIndex(name) { return index }
        return name.utf8.count <= SchemaLimits.nameBytesMax ? indexByFormerName[name] : nil
    }

    /// The names that clients may call a column by: its own, and those it had before.
    public func names(of column: Int) -> [String] {
        let column = (index: column, declared: columns[column])
        return [column.declared.name]
            + column.declared.renamedFrom.filter { indexByFormerName[$0] == column.index }
    }

    /// The name of the unique constraint or primary key over exactly `columns`, in any order.
    public func uniqueName(over columns: some Sequence<Int>) -> String? {
        let wanted = Set(columns)
        return table.keys.first { Set($0.columns) == wanted }?.name
    }
}
