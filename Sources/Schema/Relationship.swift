/// A way from the rows of one model to the rows of another, for embedding and for paths in rules
/// (rest.md §8.1). Every foreign key gives one in each direction, every junction table likewise.
public struct Relationship: Hashable, Sendable {
    /// The table in the middle of a many-to-many relationship.
    public struct Junction: Hashable, Sendable {
        /// The junction's model.
        public let model: String
        /// The foreign key towards the source, and its columns in the junction.
        public let sourceKey: String
        /// The junction's columns that hold the source's key.
        public let sourceColumns: [Int]
        /// The foreign key towards the target.
        public let targetKey: String
        /// The junction's columns that hold the target's key.
        public let targetColumns: [Int]
    }

    /// How many rows stand on either side.
    public enum Kind: Hashable, Sendable {
        /// The source holds the key: at most one target row.
        case manyToOne
        /// The target holds the key: any number of target rows.
        case oneToMany
        /// The key is unique: at most one row on either side.
        case oneToOne
        /// Through a junction: any number of target rows.
        case manyToMany(Junction)
    }

    /// The foreign key's name, or the junction's table for many-to-many.
    public let name: String
    /// How many rows stand on either side.
    public let kind: Kind
    /// The model the way starts from.
    public let source: String
    /// The source's columns to compare, as indexes into its columns.
    public let sourceColumns: [Int]
    /// The model the way leads to.
    public let target: String
    /// The target's columns to compare, pairwise with `sourceColumns`; for many-to-many each side
    /// is compared with the junction's columns instead.
    public let targetColumns: [Int]
    /// The name the model file gives this direction (`as` or `inverse`).
    public let alias: String?
    /// Whether the source holds the foreign key.
    public let isForward: Bool

    /// Whether at most one target row belongs to a source row.
    public var isToOne: Bool { kind == .manyToOne || kind == .oneToOne }
}
