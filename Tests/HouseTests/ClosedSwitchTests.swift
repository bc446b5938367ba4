import Testing

/// Expression nodes, functions, column types, operators, settings and errors are closed sets: when
/// one grows, the compiler has to name every place that gives it a meaning. A catch-all arm would
/// hide them. Open sets are what it is for: bytes, texts, numbers of the system, `any Error`.
@Suite struct ClosedSwitchTests {
    @Test(arguments: SourceTree.sources.filter { ImportTests.table[$0.target] != nil })
    func `a switch over a closed set names every case`(file: SourceTree.File) {
        for line in Self.catchAlls(in: file.code) {
            Issue.record("\(file.path):\(line) catches all cases that are not named")
        }
    }

    @Test func `a catch-all among cases of an enum is seen, one among texts and numbers is not`() {
        let code = [
            "switch node {", "case .column(let place):", "    switch place.name {",
            "    case \"\": a()", "    default: b()", "    }", "case (.constant, _): c()",
            "default:", "    d()", "}", "switch count {", "case 1: e()", "case _: f()", "}",
            "switch letter {", "case ...: g()", "default: h()", "}", "let column = Column(",
            "    default: .none)",
        ]
        #expect(Self.catchAlls(in: code) == [8])
    }

    /// The numbers of the lines with a catch-all arm in a switch whose other arms are cases of an
    /// enum.
    private static func catchAlls(in code: [String]) -> [Int] {
        code.indices.filter { index in
            let line = code[index].drop { $0 == " " }
            guard line.hasPrefix("default:") || line.hasPrefix("case _:") else { return false }
            return arms(before: index, in: code).contains(where: isCaseOfEnum)
        }.map { $0 + 1 }
    }

    /// What stands behind `case` in the arms above a line, up to its switch.
    private static func arms(before index: Int, in code: [String]) -> [Substring] {
        let depth = code[index].prefix { $0 == " " }.count
        var arms: [Substring] = []
        for line in code[..<index].reversed() where line.contains(where: { $0 != " " }) {
            let words = line.drop { $0 == " " }
            let indentation = line.count - words.count
            // A `default:` with no switch at its own depth is an argument's label.
            if indentation < depth || (indentation == depth && words.contains("switch ")) { break }
            if indentation == depth, words.hasPrefix("case ") {
                arms.append(words.dropFirst("case ".count))
            }
        }
        return arms
    }

    /// Whether an arm begins with `.name`, `let .name` or a tuple of such; `...` is a range of
    /// texts or numbers, whose literals are not in the code here.
    private static func isCaseOfEnum(_ arm: Substring) -> Bool {
        var pattern = arm.drop { $0 == "(" || $0 == " " }
        if pattern.hasPrefix("let ") || pattern.hasPrefix("var ") { pattern = pattern.dropFirst(4) }
        return pattern.first == "." && pattern.dropFirst().first?.isLetter == true
    }
}
