/// One item of `select`, as written (rest.md §4, §7, §8).
public indirect enum SelectItem: Hashable, Sendable {
    /// `*`
    case all
    case field(SelectField)
    case embed(SelectEmbed)

    /// How many embeds it asks for, those within it included.
    public var embedCount: Int {
        switch self {
        case .all, .field: 0
        case .embed(let embed): embed.items.reduce(1) { $0 + $1.embedCount }
        }
    }
}

/// A column, a path into one, or an aggregate.
public struct SelectField: Hashable, Sendable {
    /// Nil for `count()`, which counts rows.
    public var field: Field?
    /// The member's name in the answer, if another is wanted.
    public var alias: String?
    /// The type the value is cast to, as written.
    public var cast: String?
    /// What is made of the values of a group.
    public var aggregate: Aggregate?
    /// The type the aggregate is cast to, as written.
    public var aggregateCast: String?

    /// The functions over groups of rows.
    public enum Aggregate: String, Hashable, Sendable, CaseIterable {
        case sum, avg, count, max, min
    }
}

/// A related table: `alias:target!hint!inner(…)`.
public struct SelectEmbed: Hashable, Sendable {
    /// A table, a relationship or a column of one, as written.
    public var target: String
    /// The member's name in the answer, if another is wanted.
    public var alias: String?
    /// Which of several relationships is meant.
    public var hint: String?
    /// Whether rows without a related one are left out.
    public var join: Join = .left
    /// `...target(…)`: its columns are lifted into the parent.
    public var isSpread = false
    /// What is wanted of the related rows; empty means nothing.
    public var items: [SelectItem]

    /// How the related table joins.
    public enum Join: Hashable, Sendable { case left, inner }

    /// The member's name in the answer, and the name filters address it by.
    public var key: String { alias ?? target }
}
