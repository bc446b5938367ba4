/// The names that statements of this room give to rows and columns. No model or column has one:
/// names that begin with `_apus_` are refused in schemas.
enum Alias {
    /// A table of a plan, by the order in which the planner meets them.
    static func table(_ number: Int) -> String { "_apus_\(number)" }

    /// A row as it will be, and as it was.
    static let new = "_apus_new"
    static let old = "_apus_old"
    /// The row that is there already, where an upsert meets one.
    static let there = "_apus_there"
    /// A row that is looked for beside the one judged.
    static let other = "_apus_other"
    /// The rowids of rows that were touched.
    static let keys = "_apus_keys"

    /// The rows of a model that may be seen, and a row of it where they are defined.
    static func visible(_ model: String) -> String { "_apus_of_" + model }
    static let seen = "_apus_r"

    /// The column with the rowid of a row as it will be.
    static let rowid = "_apus_row"
    /// The rows of a window that are counted.
    static let window = "_apus_window"
    /// The column with the number of the check that a row fails.
    static let failure = "_apus_check"
}
