/// The rows that are counted up: some by everybody who writes SQL, and one by each who writes by
/// REST.
public enum Tallies {
    /// Those of everybody.
    public static let shared = 1...8

    /// The one of a writer.
    public static func first(ofWriter number: Int) -> Int { 100 + number }

    /// What makes them.
    public static func insertion(restWriters: Int) -> String {
        let rows = Array(shared) + (0..<restWriters).map(first)
        return "INSERT INTO tallies (id, version) VALUES "
            + rows.map { "(\($0), 1)" }.joined(separator: ", ")
    }
}
