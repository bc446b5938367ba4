import Testing

@Suite struct DocumentationTests {
    /// Members that a standard protocol names and documents.
    static let witnesses = [
        "func ==", "func <", "func hash(into", "var description", "var debugDescription",
        "Literal value", "Literal elements", "Literal: ()", "func makeIterator", "func next() ->",
        "var errorDescription", "typealias", "func enqueue", "func asUnowned", "func checkIsolated",
        "func isSameExclusiveExecutionContext",
    ]

    @Test(arguments: SourceTree.sources)
    func `every public declaration is documented`(file: SourceTree.File) {
        for (index, line) in file.lines.enumerated() where declaresPublicly(line) {
            var above = index - 1
            while above >= 0, isAttribute(file.lines[above]) || isConstant(file.lines[above]) {
                above -= 1
            }
            let comment = above >= 0 ? file.lines[above].drop { $0 == " " } : ""
            #expect(comment.hasPrefix("///"), "\(file.path):\(index + 1) has no doc comment")
        }
    }

    private func declaresPublicly(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        guard let position = words.firstIndex(of: "public"), position + 1 < words.count,
            words[..<position].allSatisfy({ $0.hasPrefix("@") || $0.hasSuffix(")") }),
            words[position + 1] != "import"
        else { return false }
        return !Self.witnesses.contains { line.contains($0) }
            && !words.contains("override") && !line.contains("public extension")
    }

    /// A run of one-line constants shares the comment above its first.
    private func isConstant(_ line: String) -> Bool {
        line.contains("public static let ") && !line.contains("{")
    }

    private func isAttribute(_ line: String) -> Bool {
        line.drop { $0 == " " }.hasPrefix("@")
    }
}
