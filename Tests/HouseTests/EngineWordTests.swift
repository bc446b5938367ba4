import Testing

/// What a room above the store says, and what values are, must be as true of one engine as of
/// another.
@Suite struct EngineWordTests {
    /// Rooms that spell no engine: neither its name, nor what only it has.
    static let rooms: Set<String> = [
        "REST", "Expressions", "Realtime", "Auth", "Query", "Schema", "Values",
    ]

    /// What an engine's own statements, tables and libraries are known by, in lower case.
    static let words = ["sqlite", "rowid", "json_each", "pragma", "autoincrement"]
    /// The same, spelled exactly.
    static let exactWords = ["?7", "STRICT", "GLOB", "apus_json", "apus_like", "apus_object"]

    @Test(arguments: SourceTree.sources.filter { rooms.contains($0.target) })
    func `rooms that know no engine spell none`(file: SourceTree.File) {
        for (index, line) in file.lines.enumerated() {
            let lowered = line.lowercased()
            let found =
                Self.words.filter { lowered.contains($0) }
                + Self.exactWords.filter { line.contains($0) }
            for word in found {
                Issue.record("\(file.path):\(index + 1) says \(word)")
            }
        }
    }

    /// Words that a table follows in a statement.
    static let beforeTables = ["FROM", "INTO", "UPDATE", "JOIN"]

    /// A name alone is whatever a session's search path makes of it (``Store/Dialect/table(_:)``).
    @Test(arguments: SourceTree.sources.filter { rooms.contains($0.target) })
    func `statements name tables by their dialect`(file: SourceTree.File) {
        for (index, line) in file.lines.enumerated() {
            for word in Self.beforeTables where line.contains("\(word) _apus_") {
                Issue.record("\(file.path):\(index + 1) names a table alone")
            }
        }
    }
}
