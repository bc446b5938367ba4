/// A table of the log: what the catalogue must say of it, and how it is made.
struct LogTable {
    /// A column's name, its type in the server's own words, and the rest of its definition.
    typealias Column = (name: String, type: String, rest: String)

    let name: String
    let columns: [Column]
    /// The columns of its primary key.
    let key: String
    var options = ""

    /// Whether it is there, and has its columns. A later version may have given it more.
    func isWhole(in state: CaptureState) -> Bool {
        state.tables[name]?.isSuperset(of: columns.map { "\($0.name) \($0.type)" }) ?? false
    }

    /// Makes it, in the place of what is left of one. Not safe side by side with itself: under the
    /// lock.
    func statements(in space: LogSpace, _ state: CaptureState) -> [String] {
        let parts = columns.map { column in
            [column.name, column.type, column.rest].filter { !$0.isEmpty }.joined(separator: " ")
        }
        let drop = state.tables[name] == nil ? [] : ["DROP TABLE \(space.name(name))"]
        return drop + [
            "CREATE TABLE \(space.name(name)) ("
                + "\(parts.joined(separator: ", ")), PRIMARY KEY (\(key)))\(options)"
        ]
    }
}
