import PostgresWire
import Store
import Values

/// What an error of the server's means for a write.
enum Explanation: Sendable {
    case refusal(WriteRefusal)
    /// That is found out by asking the database once more. What the server says itself of rows is
    /// for the eyes of its owner only, and is never looked at.
    case lookUp(LookUp)
    /// It says no more than its code.
    case unexplained
}

/// A question about the first row at fault, asked after the write was undone.
struct LookUp: Sendable {
    let run: ProgramRun
    /// The types of what it finds.
    let types: [ColumnType]
    /// What follows from the row; nil where there is none any more.
    let explain: @Sendable ([Value]?) -> Explanation
}

/// The row that a look-up finds. Confined to the loop.
final class FoundRow {
    private(set) var values: [Value]?

    /// Forgets what an attempt has found.
    func reset() { values = nil }

    func take(_ row: DataRow, _ types: [ColumnType]) {
        var row = row
        var values: [Value] = []
        for type in types {
            guard let value = try? Value(row.next(), as: type) else { return }
            values.append(value)
        }
        self.values = values
    }
}
