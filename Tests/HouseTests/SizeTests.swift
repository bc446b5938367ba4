import Testing

@Suite struct SizeTests {
    static let fileLinesMax = 400
    static let functionLinesMax = 40
    /// As `.swift-format` has it.
    static let columnsMax = 100
    /// What a test expects or sends stands as it is on the wire, in lines of its own.
    static let dataColumnsMax = 120

    @Test(arguments: SourceTree.sources + SourceTree.tests)
    func `a file has one subject`(file: SourceTree.File) {
        #expect(file.lines.count - 1 <= Self.fileLinesMax, "\(file.path)")
    }

    @Test(arguments: SourceTree.sources)
    func `a line is read without moving the eyes far`(file: SourceTree.File) {
        for (number, line) in file.lines.enumerated() {
            #expect(line.count <= Self.columnsMax, "\(file.path):\(number + 1)")
        }
    }

    @Test(arguments: SourceTree.tests)
    func `a line of a test is longer for its data only`(file: SourceTree.File) {
        for (number, line) in file.lines.enumerated() {
            let isComment = line.drop { $0 == " " }.hasPrefix("//")
            let most = isComment ? Self.columnsMax : Self.dataColumnsMax
            #expect(line.count <= most, "\(file.path):\(number + 1)")
        }
    }

    @Test(arguments: SourceTree.sources)
    func `a function can be read without scrolling`(file: SourceTree.File) {
        for function in FunctionLengths.functions(in: CodeScanner.code(of: file.lines)) {
            let place = "\(file.path):\(function.line) has \(function.length) lines"
            #expect(function.length <= Self.functionLinesMax, "\(place)")
        }
    }

    @Test func `lengths are counted from the declaration to its closing brace`() {
        let code = [
            "struct A {", "    func b(", "        c: Int", "    ) {", "        if c { d() }",
            "    }", "}",
            "init() { }",
        ]
        let found = FunctionLengths.functions(in: code).map { [$0.line, $0.length] }
        #expect(found == [[2, 5], [8, 1]])
    }

    @Test func `braces in literals and comments do not count`() {
        let code = CodeScanner.code(of: [
            "let a = \"{\" // {", "/* { */ let b = #\"\"{\"\"#", "\"\"\"", "{", "\"\"\"",
        ])
        #expect(code.joined().filter { $0 == "{" }.isEmpty)
    }
}

/// Finds functions and initialisers and how many lines each takes.
enum FunctionLengths {
    static func functions(in code: [String]) -> [(line: Int, length: Int)] {
        var found: [(line: Int, length: Int)] = []
        var open: [(line: Int, depth: Int)] = []
        var pending: Int?
        var depth = 0
        for (index, line) in code.enumerated() {
            if declaresFunction(line) { pending = index }
            for character in line {
                if character == "{" {
                    depth += 1
                    if let start = pending {
                        open.append((start, depth))
                        pending = nil
                    }
                } else if character == "}" {
                    if let last = open.last, last.depth == depth {
                        found.append((last.line + 1, index - last.line + 1))
                        open.removeLast()
                    }
                    depth -= 1
                    // A requirement of a protocol has no body.
                    pending = nil
                }
            }
        }
        return found.sorted { $0.line < $1.line }
    }

    private static func declaresFunction(_ line: String) -> Bool {
        let words = line.split { $0 == " " || $0 == "(" || $0 == "<" || $0 == "?" }
        let modifiers = words.prefix { word in
            word.hasPrefix("@") || Self.modifiers.contains(String(word)) || word.hasSuffix(")")
        }
        guard modifiers.count < words.count else { return false }
        return words[modifiers.count] == "func" || words[modifiers.count] == "init"
    }

    private static let modifiers: Set<String> = [
        "public", "private", "fileprivate", "internal", "static", "final", "mutating", "override",
        "convenience", "nonisolated", "borrowing", "consuming", "required", "set", "unsafe",
    ]
}
