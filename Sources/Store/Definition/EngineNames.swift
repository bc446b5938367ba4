import Bytes

/// Names that an engine has for itself, so that a model that one engine serves is served by all.
public enum EngineNames {
    /// What no column is called, in lower case: they mean a row's number, by which reads without an
    /// order are sorted.
    public static let columns: Set<String> = ["rowid", "_rowid_"]
    /// What the names of all that is the server's own in a database begin with.
    public static let own = "_apus_"
    /// The column that numbers the rows of a table whose model has no key.
    public static let rowNumber = own + "number"
    /// What the name of a table begins with while it is made anew: nothing of it stays.
    public static let interim = own + "new_"
    /// What no name begins with, in lower case: the server's own tables, and those of an engine.
    public static let prefixes = [own, "sqlite_"]

    /// What the names begin with by which engines describe databases, in lower case.
    public static let catalogues = ["pg_", "information_schema"]

    /// Whether a name begins so, byte by byte and in any case.
    public static func isReserved(_ name: String) -> Bool {
        let bytes = name.utf8.lazy.map { ASCII.lowercased($0) }
        return prefixes.contains { bytes.starts(with: $0.utf8) }
    }
}
