import Bytes
import Store

/// A script cut into its statements, each with its place.
struct SQLScript {
    /// What a table or trigger would do to rows of later writes without saying so.
    struct KeptResolution {
        enum Silence: String {
            case replace, ignore
        }

        /// What would hold it.
        enum Owner: String {
            case table, trigger
        }

        let silence: Silence
        let owner: Owner
        let offset: Int
    }

    let statements: [SQLStatement]

    /// Cuts at semicolons, but not inside the body of a `CREATE TRIGGER … BEGIN … END`.
    init(_ source: [UInt8]) {
        let tokens = SQLLexer.tokens(of: source, .sqlite)
        var statements: [SQLStatement] = []
        var start = tokens.startIndex
        func close(_ end: Int) {
            if let statement = SQLStatement(tokens[start..<end], of: source) {
                statements.append(statement)
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

extension SQLStatement {
    typealias KeptResolution = SQLScript.KeptResolution

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

    /// The first REPLACE or IGNORE that the statement makes a part of a table or trigger, to be
    /// obeyed by every write to come (lang_conflict.html, lang_createtrigger.html#raise).
    var keptResolution: KeptResolution? {
        guard let head = tokens.first, head.isWord("create") || head.isWord("alter") else {
            return nil
        }
        for index in tokens.indices where tokens[index].kind == .word {
            let token = tokens[index]
            guard let silence = KeptResolution.Silence(rawValue: token.text) else { continue }
            let before = tokens[..<index].suffix(2).map(\.text)
            let owner: KeptResolution.Owner? =
                before == ["on", "conflict"]
                ? .table : acts(silence, at: index) ? .trigger : nil
            if let owner {
                return KeptResolution(silence: silence, owner: owner, offset: token.offset)
            }
        }
        return nil
    }

    /// Whether the word at `index` says what becomes of rows, and is no name.
    private func acts(_ silence: KeptResolution.Silence, at index: Int) -> Bool {
        switch silence {
        case .replace: replacesRows(at: index)
        case .ignore: Self.ignoring.contains(tokens[..<index].suffix(2).map(\.text))
        }
    }

    /// What stands before an IGNORE that a trigger obeys.
    private static let ignoring = [["insert", "or"], ["update", "or"], ["raise", "("]]
}
