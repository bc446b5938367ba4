import Bytes

/// A script cut into its statements, each with its place.
struct SQLScript {
    struct Statement {
        let text: String
        let offset: Int
        let tokens: ArraySlice<SQLToken>

        /// Whether it says REPLACE, which deletes the rows in the way of new ones: `REPLACE INTO`,
        /// `INSERT OR REPLACE`, `UPDATE OR REPLACE`. The function of that name is another thing.
        var replacesRows: Bool { tokens.indices.contains(where: replacesRows) }

        private func replacesRows(at index: Int) -> Bool {
            guard tokens[index].isWord("replace") else { return false }
            let before = tokens[..<index].suffix(2).map(\.text)
            let after = tokens[(index + 1)...].first
            return after?.isWord("into") == true
                || before == ["insert", "or"] || before == ["update", "or"]
        }

        /// The first REPLACE that the statement makes a part of a table or trigger, to be obeyed by
        /// every write to come (lang_conflict.html).
        var keptReplace: (owner: ReplaceOwner, offset: Int)? {
            guard let head = tokens.first, head.isWord("create") || head.isWord("alter") else {
                return nil
            }
            for index in tokens.indices where tokens[index].isWord("replace") {
                let before = tokens[..<index].suffix(2).map(\.text)
                if before == ["on", "conflict"] { return (.table, tokens[index].offset) }
                if replacesRows(at: index) { return (.trigger, tokens[index].offset) }
            }
            return nil
        }
    }

    /// What can hold a REPLACE for later.
    enum ReplaceOwner: String {
        case table, trigger
    }

    let statements: [Statement]

    /// Cuts at semicolons, but not inside the body of a `CREATE TRIGGER … BEGIN … END`.
    init(_ source: [UInt8]) {
        let tokens = SQLLexer.tokens(of: source)
        var statements: [Statement] = []
        var start = tokens.startIndex
        func close(_ end: Int) {
            let slice = tokens[start..<end]
            if let first = slice.first, let last = slice.last {
                statements.append(
                    Statement(
                        text: String(utf8: source[first.offset..<last.end]), offset: first.offset,
                        tokens: slice))
            }
            start = end + 1
        }
        for (index, token) in tokens.enumerated() where token.isSymbol(";") {
            let slice = tokens[start..<index]
            // As sqlite3_complete has it, a trigger ends where `; END ;` stands.
            if Self.isTrigger(slice), !Self.endsBody(slice) { continue }
            close(index)
        }
        close(tokens.endIndex)
        self.statements = statements
    }

    private static func isTrigger(_ tokens: ArraySlice<SQLToken>) -> Bool {
        let head = tokens.prefix(3).map(\.text).filter { $0 != "temp" && $0 != "temporary" }
        return head.starts(with: ["create", "trigger"])
    }

    private static func endsBody(_ tokens: ArraySlice<SQLToken>) -> Bool {
        let tail = Array(tokens.suffix(2))
        return tail.count == 2 && tail[0].isSymbol(";") && tail[1].isWord("end")
    }
}
