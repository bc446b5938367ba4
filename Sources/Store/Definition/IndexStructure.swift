/// An index as an engine has it, in a form that can be compared. Names are in lower case; all other
/// texts are the engine's own words.
public struct IndexStructure: Hashable, Sendable {
    /// A column or expression that the index runs over.
    public struct Part: Hashable, Sendable {
        /// The engine's words for what is more than a column, perhaps descending.
        public let text: String
        /// The column, where that is all: what a definition can have.
        public let column: String?
        /// Whether it runs over the column from large to small.
        public let isDescending: Bool

        /// Anything in the engine's words.
        public init(_ text: String) {
            self.text = text
            column = nil
            isDescending = false
        }

        /// A column.
        public init(column: String, isDescending: Bool) {
            text = ""
            self.column = column
            self.isDescending = isDescending
        }
    }

    /// The index's name.
    public var name: String
    /// Its name as it is spelled.
    public var spelled: Spelling
    /// The table's name.
    public let table: String
    /// Whether no two of its rows are alike in all parts.
    public let isUnique: Bool
    /// The columns in order.
    public let parts: [Part]
    /// The rows that it holds; all of them when nil.
    public let predicate: TableStructure.Condition?
    /// The columns that its parts and its condition name, and maybe what else their words are.
    public let names: [String]

    /// An index.
    public init(
        name: String, table: String, isUnique: Bool, parts: [Part],
        predicate: TableStructure.Condition?, names: [String]
    ) {
        self.name = name
        spelled = Spelling(name)
        self.table = table
        self.isUnique = isUnique
        self.parts = parts
        self.predicate = predicate
        self.names = names
    }

    /// Its name as statements and people write it.
    public var spelling: String { spelled.text }

    /// The columns when the index is a unique constraint in all but name.
    public var uniqueColumns: [String]? {
        guard isUnique, predicate == nil, isPlain else { return nil }
        return parts.map { ($0.column ?? "") + ($0.isDescending ? " desc" : "") }
    }

    /// Whether every part is a column, perhaps descending: what a model file can declare.
    public var isPlain: Bool { parts.allSatisfy { $0.column != nil } }
}
