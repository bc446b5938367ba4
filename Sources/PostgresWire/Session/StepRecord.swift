/// Where a step's messages stand in the outbox, for sending them again.
struct StepRecord {
    let shape: StatementShape
    /// Bind: from its type byte, from its first value, and behind its last byte.
    let bindStart: Int
    let valuesStart: Int
    let bindEnd: Int
    /// Execute: from its type byte, and behind its last byte.
    let runStart: Int
    let end: Int
    let columns: ColumnsWanted
}
