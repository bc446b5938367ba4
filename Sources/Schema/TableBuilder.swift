import Store
import Values

/// Makes the tables of linked models, each with the foreign keys that begin and end in it.
struct TableBuilder {
    private let drafts: [ModelDraft]
    private let keys: [String: [ForeignKey]]
    private let queries: [String: TableQuery]
    private let byName: [String: ModelDraft]

    /// - Parameter keys: those of views, of which no table has any, are passed over.
    init(
        drafts: [ModelDraft], keys: [String: [ForeignKey]], queries: [String: TableQuery]
    ) {
        self.drafts = drafts
        let views = Set(drafts.filter { $0.view != nil }.map(\.name))
        self.keys = keys.filter { !views.contains($0.key) }
        self.queries = queries
        byName = Dictionary(drafts.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func table(of draft: ModelDraft) -> Table {
        Table(
            draft.name, draft.tableColumns,
            primaryKey: Table.Key(draft.primaryKeyName, draft.primaryKey),
            uniques: draft.uniques, references: references(of: draft),
            dependents: dependents(of: draft), identity: identity(of: draft),
            query: queries[draft.name], numbersRows: draft.numbersRows)
    }

    private func references(of draft: ModelDraft) -> [Table.Reference] {
        (keys[draft.name] ?? []).compactMap { key in
            byName[key.target].map { target in
                Table.Reference(
                    key.name, key.columns, of: target.name, target.columns(key.targetColumns),
                    holdsRows: key.holdsRows)
            }
        }
    }

    private func dependents(of draft: ModelDraft) -> [Table.Reference] {
        drafts.flatMap { child in
            (keys[child.name] ?? []).filter { $0.target == draft.name }.map { key in
                Table.Reference(
                    key.name, key.targetColumns, of: child.name, child.columns(key.columns),
                    holdsRows: key.holdsRows)
            }
        }
    }

    private func identity(
        of draft: ModelDraft
    ) -> (column: Int, sequence: IdentitySequence)? {
        draft.columns.firstIndex(where: \.isIdentity).map { place in
            let column = draft.columns[place]
            let maximum = column.type == .integer32 ? Int64(Int32.max) : .max
            return (
                place,
                IdentitySequence(table: draft.name, column: column.name, maximum: maximum)
            )
        }
    }
}

extension ModelDraft {
    /// The primary key's constraint name.
    var primaryKeyName: String { ConstraintName.of(name, [], "pkey") }

    var tableColumns: [Table.Column] { columns(Array(columns.indices)) }

    fileprivate func columns(_ places: [Int]) -> [Table.Column] {
        places.map { place in
            let column = columns[place]
            return Table.Column(
                column.name, column.type, isNullable: column.isNullable,
                isComputed: column.computed != nil)
        }
    }
}

extension ForeignKey {
    /// Whether a row that is referred to cannot be deleted.
    fileprivate var holdsRows: Bool {
        switch onDelete {
        case .noAction, .restrict: true
        case .cascade, .setNull, .setDefault: false
        }
    }
}
