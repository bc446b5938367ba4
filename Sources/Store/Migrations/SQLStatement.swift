import Bytes

/// A statement of a script, cut into tokens, and what can be told of it whatever engine reads it.
public struct SQLStatement: Sendable {
    /// Its text, without the semicolon.
    public let text: String
    /// Where it starts, in bytes.
    public let offset: Int
    /// Its tokens; at least one.
    public let tokens: ArraySlice<SQLToken>

    /// The statement that tokens of a source make; nil where there are none.
    public init?(_ tokens: ArraySlice<SQLToken>, of source: [UInt8]) {
        guard let first = tokens.first, let last = tokens.last else { return nil }
        text = String(utf8: source[first.offset..<last.end])
        offset = first.offset
        self.tokens = tokens
    }

    /// Whether its first tokens are these, in lower case.
    public func begins(with words: String...) -> Bool {
        tokens.prefix(words.count).map(\.text) == words
    }

    /// Whether all it does is to make, change or drop tables and indexes.
    var isStructural: Bool {
        guard let verb = tokens.first, ["create", "drop", "alter"].contains(verb.text) else {
            return false
        }
        let noun = tokens.dropFirst().first { !$0.isWord("unique") }
        // CREATE TABLE … AS writes rows.
        return noun?.isWord("index") == true
            || noun?.isWord("table") == true && !tokens.contains { $0.isWord("as") }
    }

    /// Whether it says DROP: of a table, or of a column in ALTER TABLE.
    public var mayDrop: Bool {
        guard let head = tokens.first else { return false }
        return (head.isWord("drop") || head.isWord("alter"))
            && tokens.contains { $0.isWord("drop") }
    }

    /// What it names, in lower case, if it drops a table.
    public func droppedNames(by rules: LexicalRules) -> [String] {
        guard begins(with: "drop", "table") else { return [] }
        return tokens.dropFirst(2).compactMap { token in
            Self.wordsOfDrop.contains { token.isWord($0) } ? nil : token.name(by: rules)
        }
    }

    private static let wordsOfDrop = ["if", "exists", "cascade", "restrict"]

    /// The faults of a statement that begins with a word which no file's may begin with, or names
    /// what is ours.
    public func faults(
        refusing words: Set<String>, by rules: LexicalRules
    ) -> [MigrationScript.Fault] {
        var faults: [MigrationScript.Fault] = []
        if words.contains(tokens.first?.text ?? "") { faults.append(endsTransaction) }
        for token in tokens {
            guard let name = token.name(by: rules), name.hasPrefix(EngineNames.own),
                !name.hasPrefix(EngineNames.interim), name != EngineNames.rowNumber
            else { continue }
            faults.append(.init("\(name) is the server's own", at: token.offset))
            break
        }
        return faults
    }

    /// The fault of a statement that would end the transaction which a file runs in.
    public var endsTransaction: MigrationScript.Fault {
        .init(
            "\((tokens.first?.text ?? "").uppercased()) cannot stand in a migration file: each "
                + "file runs in one transaction of its own", at: offset)
    }
}

extension MigrationScript.Statement {
    /// What can be told of a statement whatever engine reads it.
    public init(_ statement: SQLStatement, by rules: LexicalRules) {
        self.init(statement.text, at: statement.offset)
        isStructural = statement.isStructural
        mayDrop = statement.mayDrop
        droppedNames = statement.droppedNames(by: rules)
    }
}
