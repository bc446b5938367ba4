import Store

/// A model as its own file declares it, before it is linked with the others.
struct ModelDraft {
    /// A reference whose target is not looked up yet.
    struct Reference {
        let columns: [Int]
        let location: SourceLocation
        let target: String
        let targetLocation: SourceLocation
        /// Nil for the target's key.
        let targetColumns: [String]?
        let targetColumnsLocation: SourceLocation
        let onDelete: DeleteAction
        let onDeleteLocation: SourceLocation
        let alias: String?
        let aliasLocation: SourceLocation
        let inverse: String?
        let inverseLocation: SourceLocation
        /// The constraint's; nil for one made of the columns.
        let name: String?
        let nameLocation: SourceLocation
    }

    /// The file of a model that is a view.
    struct View {
        let fileName: String
        let location: SourceLocation
    }

    let name: String
    let file: String
    /// What its rows come from where they are not stored.
    var view: View?
    /// What it is for, in its author's words.
    var description: String?
    /// The name it had before.
    var renamedFrom: [String] = []
    /// Where that stands.
    var renamedFromLocation: SourceLocation?
    /// Whether clients should use it no more.
    var isDeprecated = false
    var columns: [Column] = []
    var primaryKey: [Int] = []
    /// Whether it says that it has no key, and its rows are stored: the store numbers them.
    var numbersRows = false
    var uniques: [Table.Key] = []
    var indexes: [Index] = []
    var checks: [Check] = []
    var references: [Reference] = []
    var access: [Verb: AccessRule] = [:]
    var realtime: RealtimeSettings?
    /// The column that a deletion sets, in a model whose deletions are soft.
    var deletedAt: Int?
    /// The columns that have faults of their own: what follows from those is not told.
    var faultyColumns: Set<Int> = []
    /// Whether its file has faults, so that it may lack columns and keys that were meant.
    var hasFaults = false
    /// Where each name that is global in the database is declared.
    var globalNames: [(name: String, location: SourceLocation)] = []

    init(name: String, file: String) {
        self.name = name
        self.file = file
    }

    func columnIndex(_ name: String) -> Int? { columns.firstIndex { $0.name == name } }

    /// Whether no two rows share the values of the columns, in whatever order.
    func isUnique(_ columns: [Int]) -> Bool {
        let wanted = Set(columns)
        return Set(primaryKey) == wanted || uniques.contains { Set($0.columns) == wanted }
    }

    /// The names of columns, with commas between.
    func names(_ places: [Int]) -> String {
        places.map { columns[$0].name }.joined(separator: ", ")
    }
}
