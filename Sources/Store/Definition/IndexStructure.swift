/// An index as an engine has it, in a form that can be compared. Names are in lower case; all other
/// texts are the engine's own words.
public struct IndexStructure: Hashable, Sendable {
    /// A column or expression that the index runs over.
    public struct Part: Hashable, Sendable {
        /// The engine's words: a column's name, with ` desc` behind it where it runs from large to
        /// small, or anything else.
        public let text: String
        /// Whether it is a column, perhaps descending: what a definition can have.
        public let isColumn: Bool

        /// A part.
        public init(_ text: String, isColumn: Bool) {
            self.text = text
            self.isColumn = isColumn
        }
    }

    /// The index's name.
    public var name: String
    /// Its name as it is spelled, where the engine tells that from others.
    public var spelling: String
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
        spelling = name
        self.table = table
        self.isUnique = isUnique
        self.parts = parts
        self.predicate = predicate
        self.names = names
    }

    /// The columns when the index is a unique constraint in all but name.
    public var uniqueColumns: [String]? {
        isUnique && predicate == nil && isPlain ? parts.map(\.text) : nil
    }

    /// Whether every part is a column, perhaps descending: what a model file can declare.
    public var isPlain: Bool { parts.allSatisfy(\.isColumn) }
}
