/// One item of `select`, as written (rest.md §4, §7, §8).
indirect enum SelectItem: Hashable, Sendable {
    /// `*`
    case all
    case field(SelectField)
    case embed(SelectEmbed)
}

/// A column, a path into one, or an aggregate.
struct SelectField: Hashable, Sendable {
    /// Nil for `count()`, which counts rows.
    var field: FieldName?
    var alias: String?
    var cast: String?
    var aggregate: Aggregate?
    var aggregateCast: String?

    enum Aggregate: String, Hashable, Sendable, CaseIterable {
        case sum, avg, count, max, min
    }
}

/// A related table: `alias:target!hint!inner(…)`.
struct SelectEmbed: Hashable, Sendable {
    var target: String
    var alias: String?
    var hint: String?
    var join: Join = .left
    /// `...target(…)`: its columns are lifted into the parent.
    var isSpread = false
    var items: [SelectItem]

    enum Join: Hashable, Sendable { case left, inner }

    /// The member's name in the answer, and the name filters address it by.
    var key: String { alias ?? target }
}
