import Bytes
import Store

/// The SELECT of a view, and where its file has it.
struct ViewSource: Sendable {
    let file: SourceFile
    /// The bytes of the SELECT in the file.
    let bytes: Range<Int>
    /// The names in it that stand where a table's has to, in lower case.
    let names: Set<String>

    var text: String { String(utf8: file.bytes[bytes]) }

    /// Where the file has a byte of the SELECT.
    func location(_ offset: Int) -> SourceLocation {
        file.location(bytes.lowerBound + min(max(offset, 0), bytes.count))
    }

    /// Where the file last has a name, which is how a column is called; the beginning where it has
    /// none.
    func location(of name: String) -> SourceLocation {
        let token = SQLLexer.tokens(of: Array(file.bytes[bytes]), ViewReader.rules).last {
            $0.name(by: ViewReader.rules) == name.lowercased()
        }
        return location(token?.offset ?? 0)
    }
}

/// Reads the file of a view, as far as that can be done without an engine: that it is one SELECT,
/// and which tables that names.
struct ViewReader {
    /// How tokens are spelled where the engine is not known: as in standard SQL, and as PostgreSQL
    /// quotes texts besides.
    static let rules = LexicalRules(
        prefixes: [.init("e", escapes: true), .init("x"), .init("b"), .init("n")],
        nameQuotes: [.init("\"", "\"")], nestsComments: true, quotesWithDollars: true,
        longSymbols: ["::"])

    let file: SourceFile
    let report: Report

    /// The SELECT; nil with a fault.
    func read() -> ViewSource? {
        guard file.isReadable(report) else { return nil }
        guard String(validating: file.bytes, as: UTF8.self) != nil else {
            report.fault("the file is not UTF-8", at: file.location(0))
            return nil
        }
        var tokens = SQLLexer.tokens(of: file.bytes, Self.rules)[...]
        while tokens.last?.isSymbol(";") == true { tokens.removeLast() }
        guard let first = tokens.first, let last = tokens.last else {
            report.fault("the file holds no SELECT", at: file.location(0))
            return nil
        }
        guard isOneSelect(tokens, from: first) else { return nil }
        let tables = TableNames(tokens)
        for token in tables.qualified {
            report.fault(
                "a view names what it reads without a schema", at: file.location(token.offset))
        }
        for token in tables.unclear {
            report.fault(
                "a view names what it reads bare or in double quotes",
                at: file.location(token.offset))
        }
        for token in tables.found where Self.isReserved(token.text) {
            report.fault(
                "a view reads models, and \"\(token.spelled)\" is not one of them",
                at: file.location(token.offset))
        }
        return ViewSource(
            file: file, bytes: first.offset..<last.end,
            names: Set(tables.found.map { $0.text.lowercased() }))
    }

    private func isOneSelect(_ tokens: ArraySlice<SQLToken>, from first: SQLToken) -> Bool {
        guard ["select", "with", "values"].contains(where: first.isWord) || first.isSymbol("(")
        else {
            report.fault("a view is a SELECT", at: file.location(first.offset))
            return false
        }
        var depth = 0
        for token in tokens {
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            if depth < 0 {
                report.fault(
                    "this parenthesis closes none that is open", at: file.location(token.offset))
                return false
            }
            if token.isSymbol(";") {
                report.fault(
                    "a view is one SELECT: nothing stands behind its semicolon",
                    at: file.location(token.offset))
                return false
            }
        }
        if depth > 0 {
            report.fault("a parenthesis is not closed", at: file.location(first.offset))
        }
        return depth == 0
    }

    /// Names of an engine's own tables, and of the server's.
    private static func isReserved(_ name: String) -> Bool {
        let name = name.lowercased()
        return EngineNames.isReserved(name)
            || EngineNames.catalogues.contains(where: name.hasPrefix)
    }
}

/// The names that stand where SQL wants a table's: behind FROM and JOIN, and behind the commas of
/// such a list. Some that name none are among them, such as those of common table expressions.
private struct TableNames {
    private(set) var found: [SQLToken] = []
    /// Names of schemas before them.
    private(set) var qualified: [SQLToken] = []
    /// What stands there and may be a name in an engine's own quotes.
    private(set) var unclear: [SQLToken] = []
    /// For each open parenthesis, whether a FROM is open in it.
    private var isInFrom = [false]
    /// For each, whether it holds the arguments of a function that has a FROM among them.
    private var isOfCall = [false]
    private var expectsTable = false
    /// The word that was read last.
    private var word = ""

    /// Functions that SQL calls with FROM.
    private static let calls: Set<String> = ["extract", "trim", "substring", "overlay"]

    private static let ends: Set<String> = [
        "where", "group", "having", "order", "limit", "offset", "fetch", "window", "union",
        "intersect", "except", "select", "values", "for",
    ]

    init(_ tokens: ArraySlice<SQLToken>) {
        var index = tokens.startIndex
        while index < tokens.endIndex {
            if expectsTable, tokens[index].isName, !tokens[index].isPassedOver {
                index = takeName(tokens, from: index)
            } else {
                take(tokens[index])
                index += 1
            }
        }
    }

    private mutating func take(_ token: SQLToken) {
        if ["lateral", "only"].contains(where: token.isWord) { return }
        let (expected, before) = (expectsTable, word)
        expectsTable = false
        word = token.kind == .word ? token.text : ""
        if token.isSymbol("(") {
            isInFrom.append(expected)
            isOfCall.append(Self.calls.contains(before))
            expectsTable = expected
        } else if token.isSymbol(")") {
            if isInFrom.count > 1 {
                isInFrom.removeLast()
                isOfCall.removeLast()
            }
        } else if token.isSymbol(",") {
            expectsTable = isInFrom.last == true
        } else if token.isWord("from") || token.isWord("join") {
            // IS DISTINCT FROM, and extract(… FROM …), read no table.
            if token.isWord("from"), before == "distinct" || isOfCall.last == true { return }
            isInFrom[isInFrom.count - 1] = true
            expectsTable = true
        } else if token.kind == .word, Self.ends.contains(token.text) {
            isInFrom[isInFrom.count - 1] = false
            if token.isWord("select") { isOfCall[isOfCall.count - 1] = false }
        } else if expected {
            unclear.append(token)
        }
    }

    /// - Returns: the place behind the name, which may be a function's.
    private mutating func takeName(_ tokens: ArraySlice<SQLToken>, from start: Int) -> Int {
        var index = start
        while index + 2 < tokens.endIndex, tokens[index + 1].isSymbol("."),
            tokens[index + 2].isName
        {
            index += 2
        }
        expectsTable = false
        word = tokens[index].kind == .word ? tokens[index].text : ""
        if index + 1 < tokens.endIndex,
            [".", "&"].contains(where: tokens[index + 1].isSymbol)
        {
            unclear.append(tokens[index + 1])
        }
        let isCall = index + 1 < tokens.endIndex && tokens[index + 1].isSymbol("(")
        if isCall { return index + 1 }
        found.append(tokens[index])
        if index > start { qualified.append(tokens[start]) }
        return index + 1
    }
}

extension SQLToken {
    fileprivate var isName: Bool { kind == .word || kind == .quoted }

    /// Whether it is a word that stands before a table's name, or begins a query in its place.
    fileprivate var isPassedOver: Bool {
        ["lateral", "only", "select", "values", "with"].contains(where: isWord)
    }
}
