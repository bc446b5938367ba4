import Testing

/// Errors are told apart by type. Texts are for people: who reads them, reads wrongly as soon as
/// one is worded better.
@Suite struct ErrorTextTests {
    /// SQLite gives some facts in its messages only. Here they become values.
    static let boundary = "Sources/StoreSQLite/DatabaseError+SQLite.swift"

    /// The members of errors that hold words or codes. `text` is one of them only in extensions
    /// of errors.
    static let members = [
        "message", "reason", "wording", "details", "detailText", "description", "hint", "cause",
        "code",
    ]

    static let readings = [
        ".hasPrefix(", ".hasSuffix(", ".starts(with:", ".contains(", ".firstIndex(", ".firstRange(",
        ".dropFirst(",
    ]

    /// Beginnings of what SQLite says.
    static let sqlite = [
        "constraint failed", "parser stack overflow", "Expression tree is too", "no such table",
        "no such column", "not authorized:", "database is locked",
    ]

    @Test(arguments: SourceTree.sources.filter { $0.path != boundary && $0.target != "Benchmarks" })
    func `no error is told by its text`(file: SourceTree.File) {
        for line in Self.lines(in: file.lines) {
            Issue.record("\(file.path):\(line) reads the text of an error")
        }
        for (number, line) in file.lines.enumerated()
        where !line.drop(while: { $0 == " " }).hasPrefix("//") {
            for words in Self.sqlite where line.contains("\"") && line.contains(words) {
                Issue.record("\(file.path):\(number + 1) knows SQLite's words: \(words)")
            }
        }
    }

    @Test func `what reads an error is seen, what reads another text is not`() {
        let lines = [
            "if error.message.hasPrefix(\"no\") {}", "if message.contains(\"no\") {}",
            "name.hasPrefix(\"a\")", "messages.contains(1)", "extension DatabaseError {",
            "text.hasPrefix(\"line\")", "// message.hasPrefix(",
        ]
        #expect(Self.lines(in: lines) == [1, 2, 6])
        #expect(Self.lines(in: ["text.hasPrefix(\"a\")"]) == [])
    }

    /// The numbers of the lines that read an error's text.
    private static func lines(in lines: [String]) -> [Int] {
        let code = CodeScanner.code(of: lines)
        let isAboutErrors = code.contains { line in
            ["DatabaseError", "SQLiteError", "Problem"].contains {
                line.hasPrefix("extension \($0)")
            }
        }
        let members = Self.members + (isAboutErrors ? ["text"] : [])
        return code.indices.filter { index in
            members.contains { member in
                readings.contains { reads(member + $0, in: code[index]) }
            }
        }.map { $0 + 1 }
    }

    /// Whether the line says `words` from the beginning of a word on.
    private static func reads(_ words: String, in line: String) -> Bool {
        line.ranges(of: words).contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let before = line[line.index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber && before != "_"
        }
    }
}
