import Schema

/// A related table inside a row.
struct EmbedPlan: Sendable {
    let target: String
    let alias: String?
    let link: Link
    let isInner: Bool
    var table: TablePlan

    /// The member's name, and the name parameters address the embed by.
    var key: String { alias ?? target }
    /// Embeds that show nothing join all the same (rest.md §8.3).
    var isEmpty: Bool { table.members.isEmpty }
}

/// How rows of a related table belong to a row.
struct Link: Sendable {
    /// At most one row belongs: an object, not an array.
    let isToOne: Bool
    /// Columns of this row and, pairwise, of the related one (or of the junction).
    let near: [Int]
    let far: [Int]
    let junction: Junction?

    struct Junction: Sendable {
        let model: Model
        let alias: String
        let nearColumns: [Int]
        let farColumns: [Int]
        let rule: RowRule
    }
}
