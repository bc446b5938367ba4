import Store

// Statements that PostgreSQL does not run in a transaction: each is several of its own.
extension SQLStatement {
    /// Whether it cannot run in a transaction.
    var standsAlone: Bool {
        begins(with: "vacuum")
            || (["create", "drop", "reindex"].contains(tokens.first?.text) && concurrently != nil)
    }

    /// The word that lets others write meanwhile.
    private var concurrently: SQLToken? {
        tokens.prefix(8).first { $0.isWord("concurrently") }
    }

    /// Whether it waits for others without keeping anybody waiting: it may do so for long.
    var isBesideWriters: Bool { concurrently != nil }

    var isIndexBesideWriters: Bool {
        isBesideWriters
            && (begins(with: "create", "index") || begins(with: "create", "unique", "index"))
    }

    /// The name of the index that it builds beside writers, as it stands there; nil where it has
    /// none.
    var indexBesideWriters: String? {
        guard isIndexBesideWriters, let word = concurrently,
            let end = tokens.firstIndex(where: { $0.isWord("on") })
        else { return nil }
        let start = tokens.firstIndex(of: word).map { $0 + 1 } ?? end
        guard start < end else { return nil }
        let name = tokens[start..<end].drop { token in
            ["if", "not", "exists"].contains { token.isWord($0) }
        }
        return name.isEmpty ? nil : name.map(\.spelling).joined()
    }

    /// The name of the index that it drops beside writers, as it stands there; nil where it drops
    /// several, or none.
    var indexDroppedBesideWriters: String? {
        guard begins(with: "drop", "index", "concurrently") else { return nil }
        let name = tokens.dropFirst(3).drop { token in
            ["if", "exists"].contains { token.isWord($0) }
        }
        let isOne = name.allSatisfy { $0.kind == .word || $0.kind == .quoted || $0.isSymbol(".") }
        return isOne && !name.isEmpty ? name.map(\.spelling).joined() : nil
    }

    /// Whether it may have done a part of its work when it fails.
    var mayDoPart: Bool { standsAlone || begins(with: "call") || begins(with: "do") }

    /// How it is tried in a transaction whose outcome is thrown away; nil where nothing comes of it
    /// that could be seen. What follows keeps its place.
    var inTransaction: String? {
        if begins(with: "vacuum") { return nil }
        guard let word = concurrently else { return text }
        var bytes = Array(text.utf8)
        for place in word.offset..<word.end { bytes[place - offset] = UInt8(ascii: " ") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension MigrationScript.Statement {
    /// Its tokens, which are of a statement on its own.
    var parsed: SQLStatement? { SQLScript(Array(text.utf8)).statements.first }
}

extension SQLToken {
    /// As it can stand in SQL.
    fileprivate var spelling: String { kind == .quoted ? quoted(identifier: text) : text }
}
