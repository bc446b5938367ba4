/// The names that statements give to rows and columns. No model or column has one: names that begin
/// like them are refused in schemas. What an engine names besides, in its own statements for
/// writes and in the objects that it makes of rows, begins like them too and stands there.
public enum Alias {
    /// A table of a plan, by the order in which the planner meets them.
    public static func table(_ number: Int) -> String { "_apus_\(number)" }

    /// A row as it will be.
    public static let new = "_apus_new"
    /// A row as it was, or as it is there.
    public static let old = "_apus_old"
    /// A row that is looked for beside the one judged.
    public static let other = "_apus_other"

    /// The rows of a model that may be seen.
    public static func visible(_ model: String) -> String { name("_apus_of_", model, "of") }

    /// The rows of a table with those that are gone.
    static func restored(_ table: String) -> String { name("_apus_was_", table, "was") }

    private static func name(_ prefix: String, _ model: String, _ suffix: String) -> String {
        let name = prefix + model
        return name.utf8.count <= ConstraintName.bytesMax
            ? name : ConstraintName.of(name, [], suffix)
    }

    /// A row of them where they are defined.
    public static let seen = "_apus_r"

    /// The row of a subquery of a rule or filter, by its number.
    public static func subquery(_ number: Int) -> String { "_apus_e\(number)" }

    /// A column of rows that become objects, by the place of its member. These rows have no other
    /// columns, so it needs not be a name that no column has.
    public static func member(_ index: Int) -> String { "c\(index)" }

    /// The rows of a window that are counted.
    public static let window = "_apus_window"
}
