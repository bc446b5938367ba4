import Testing

/// What names no engine spells none.
@Suite struct EngineWordTests {
    /// The rooms above the seam, and words of engines that stand in none of their files, whole and
    /// in any case.
    static let rooms: Set<String> = ["Schema"]
    static let words: Set<String> = [
        "sqlite", "rowid", "pragma", "strict", "glob", "storesqlite", "autoincrement",
    ]

    @Test(arguments: SourceTree.sources.filter { rooms.contains($0.target) })
    func `a room above the seam spells no engine`(file: SourceTree.File) {
        for (number, line) in file.lines.enumerated() {
            let spelled = line.lowercased().split { !$0.isLetter && $0 != "_" }.map(String.init)
            for word in Self.words.intersection(spelled) {
                Issue.record("\(file.path):\(number + 1) says \(word)")
            }
        }
    }
}
