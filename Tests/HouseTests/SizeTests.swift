import Testing

@Suite struct SizeTests {
    static let fileLinesMax = 400
    static let functionLinesMax = 40
    /// As `.swift-format` has it.
    static let columnsMax = 100
    /// What a test expects or sends stands as it is on the wire, in lines of its own.
    static let dataColumnsMax = 120

    /// Tables by their nature, a row or two for each case, and what they may have: to find a row
    /// nobody reads all.
    static let tables = [
        "Sources/StorePostgres/Definition/PostgresDialect+Alterations.swift step": 70,
        "Sources/StorePostgres/Dialect/PostgresDialect+Functions.swift write": 54,
        "Sources/StoreSQLite/Dialect/SQLiteDialect+Functions.swift write": 44,
        "Sources/Expressions/Resolver.swift node": 44,
        "Sources/Diagnostics/Event.swift name": 47,
        "Sources/Diagnostics/Event.swift fields": 80,
        "Sources/Diagnostics/Event+Text.swift lines": 61,
    ]

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
        for function in FunctionLengths.functions(in: file.code) {
            let place = "\(file.path):\(function.line) has \(function.length) lines"
            let name = "\(file.path) \(function.name)"
            #expect(function.length <= Self.tables[name] ?? Self.functionLinesMax, "\(place)")
        }
    }

    @Test func `lengths are counted from the declaration to its closing brace`() {
        let code = [
            "struct A {", "    func b(", "        c: Int", "    ) {", "        if c { d() }",
            "    }", "}",
            "init() { }",
            "public var e: Int {", "    var f = 1", "}",
            "subscript(g: Int) -> Int {", "    get { g }", "}",
            "@inline(__always) private var h: Int { 1 }",
        ]
        let found = FunctionLengths.functions(in: code)
        #expect(found.map { [$0.line, $0.length] } == [[2, 5], [8, 1], [9, 3], [12, 3], [15, 1]])
        #expect(found.map { $0.name } == ["b", "init", "e", "subscript", "h"])
    }

    @Test func `braces in literals and comments do not count`() {
        let code = CodeScanner.code(of: [
            "let a = \"{\" // {", "/* { */ let b = #\"\"{\"\"#", "\"\"\"", "{", "\"\"\"",
        ])
        #expect(code.joined().filter { $0 == "{" }.isEmpty)
    }
}

/// Finds functions, initialisers, subscripts and computed properties and how many lines each takes.
enum FunctionLengths {
    typealias Found = (name: String, line: Int, length: Int)

    static func functions(in code: [String]) -> [Found] {
        var found: [Found] = []
        var open: [(name: String, line: Int, depth: Int)] = []
        var pending: (name: String, line: Int)?
        var depth = 0
        for (index, line) in code.enumerated() {
            if let name = declaredName(line) { pending = (name, index) }
            for character in line {
                if character == "{" {
                    depth += 1
                    if let start = pending {
                        open.append((start.name, start.line, depth))
                        pending = nil
                    }
                } else if character == "}" {
                    if let last = open.last, last.depth == depth {
                        found.append((last.name, last.line + 1, index - last.line + 1))
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

    /// What a line declares that has a body.
    private static func declaredName(_ line: String) -> String? {
        let words = line.split { " (<?:".contains($0) }
        let modifiers = words.prefix { word in
            word.hasPrefix("@") || Self.modifiers.contains(String(word)) || word.hasSuffix(")")
        }
        guard let word = words.dropFirst(modifiers.count).first.map(String.init) else { return nil }
        switch word {
        case "init", "subscript": return word
        case "func": return words.dropFirst(modifiers.count + 1).first.map(String.init)
        // One that is stored has no body.
        case "var" where line.contains("{"):
            return words.dropFirst(modifiers.count + 1).first.map(String.init)
        default: return nil
        }
    }

    private static let modifiers: Set<String> = [
        "public", "private", "fileprivate", "internal", "static", "final", "mutating", "override",
        "convenience", "nonisolated", "borrowing", "consuming", "required", "set", "unsafe",
        "lazy", "weak", "unowned",
    ]
}
