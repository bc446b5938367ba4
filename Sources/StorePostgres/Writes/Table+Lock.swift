import Store

extension Table {
    /// How rows are locked that are about to be updated: rows that refer to them wait only where
    /// a key may change.
    func lock(changing columns: [Int]) -> String {
        let isKey = columns.contains { column in keys.contains { $0.columns.contains(column) } }
        return isKey ? "UPDATE" : "NO KEY UPDATE"
    }
}
