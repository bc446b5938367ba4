/// Source lines with comments and string literals blanked out, so that braces and words can be
/// counted. Not a parser: it knows `//`, `/* */`, `"…"`, `"""…"""` and their raw forms with `#`.
struct CodeScanner {
    private var isInBlockComment = false
    private var openLiteral: (delimiter: String, hashes: Int)?

    static func code(of lines: [String]) -> [String] {
        var scanner = CodeScanner()
        return lines.map { scanner.code(of: $0) }
    }

    private mutating func code(of line: String) -> String {
        var rest = Substring(line)
        var code = ""
        while let character = rest.first {
            if isInBlockComment {
                isInBlockComment = !skip("*/", in: &rest)
                if isInBlockComment { rest.removeFirst() }
            } else if let literal = openLiteral {
                readLiteral(literal, in: &rest)
            } else if rest.hasPrefix("//") {
                break
            } else if skip("/*", in: &rest) {
                isInBlockComment = true
            } else if character == "\"" || character == "#", let opened = openingLiteral(in: &rest)
            {
                openLiteral = opened
            } else {
                code.append(character)
                rest.removeFirst()
            }
        }
        if openLiteral?.delimiter == "\"" { openLiteral = nil }
        return code
    }

    private mutating func readLiteral(
        _ literal: (delimiter: String, hashes: Int), in rest: inout Substring
    ) {
        let hashes = String(repeating: "#", count: literal.hashes)
        if skip(literal.delimiter + hashes, in: &rest) {
            openLiteral = nil
        } else if rest.hasPrefix("\\" + hashes) {
            rest = rest.dropFirst(2 + literal.hashes)
        } else {
            rest.removeFirst()
        }
    }

    private func openingLiteral(in rest: inout Substring) -> (delimiter: String, hashes: Int)? {
        let hashes = rest.prefix { $0 == "#" }.count
        let behind = rest.dropFirst(hashes)
        for delimiter in ["\"\"\"", "\""] where behind.hasPrefix(delimiter) {
            rest = behind.dropFirst(delimiter.count)
            return (delimiter, hashes)
        }
        return nil
    }

    private func skip(_ text: String, in rest: inout Substring) -> Bool {
        guard rest.hasPrefix(text) else { return false }
        rest = rest.dropFirst(text.count)
        return true
    }
}
