import Bytes
import Store

/// A script cut into its statements, each with its place.
struct SQLScript {
    private(set) var statements: [SQLStatement] = []
    /// Where lines stand that are commands to psql.
    private(set) var psqlCommands: [(offset: Int, word: String)] = []

    /// Cuts at semicolons, but not inside of parentheses (CREATE RULE) or of a function's body in
    /// SQL (BEGIN ATOMIC … END). Lines that begin with a backslash are no SQL.
    init(_ source: [UInt8]) {
        let tokens = SQLLexer.tokens(of: source, .postgres)
        var start = tokens.startIndex
        var skippedTo = 0
        var depth = Depth()
        for (index, token) in zip(tokens.indices, tokens) {
            if token.offset < skippedTo {
                start = index + 1
                continue
            }
            if index == start, token.isSymbol("\\") {
                let line = source[token.offset...].prefix { $0 != ASCII.lf }
                let word = line.prefix { $0 != ASCII.space && $0 != 0x0D }
                psqlCommands.append((token.offset, String(utf8: word)))
                skippedTo = line.endIndex
                start = index + 1
                continue
            }
            depth.take(token, in: tokens[start..<index])
            if token.isSymbol(";"), depth.isOutside {
                close(tokens[start..<index], source)
                start = index + 1
                depth = Depth()
            }
        }
        close(tokens[min(start, tokens.endIndex)...], source)
    }

    private mutating func close(_ tokens: ArraySlice<SQLToken>, _ source: [UInt8]) {
        if let statement = SQLStatement(tokens, of: source) { statements.append(statement) }
    }

    /// How deep a token stands in parentheses and in a function's body.
    private struct Depth {
        private var parentheses = 0
        private var blocks = 0

        var isOutside: Bool { parentheses <= 0 && blocks <= 0 }

        /// - Parameter before: the statement's tokens before this one.
        mutating func take(_ token: SQLToken, in before: ArraySlice<SQLToken>) {
            switch token.text {
            case "(" where token.kind == .symbol: parentheses += 1
            case ")" where token.kind == .symbol: parentheses -= 1
            case "atomic" where token.kind == .word && before.last?.isWord("begin") == true:
                blocks += 1
            case "case" where token.kind == .word && blocks > 0: blocks += 1
            case "end" where token.kind == .word && blocks > 0: blocks -= 1
            default: break
            }
        }
    }
}
