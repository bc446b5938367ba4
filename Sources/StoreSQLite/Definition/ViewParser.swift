import Store

/// Reads of `CREATE VIEW` what it is called (sqlite.org/lang_createview).
enum ViewParser {
    /// The name; nil when the statement makes no view.
    static func name(_ statement: [SQLToken]) -> String? {
        var rest = statement[...]
        guard rest.popFirst()?.isWord("create") == true, rest.popFirst()?.isWord("view") == true
        else { return nil }
        if rest.first?.isWord("if") == true { rest = rest.dropFirst(3) }
        let first = rest.popFirst()?.spelled
        guard rest.first?.isSymbol(".") == true else { return first }
        return rest.dropFirst().first?.spelled
    }
}

/// Reads of `CREATE TRIGGER` what it is called (sqlite.org/lang_createtrigger).
enum TriggerParser {
    /// The name; nil when the statement makes no trigger.
    static func name(_ statement: [SQLToken]) -> String? {
        var rest = statement[...]
        guard rest.popFirst()?.isWord("create") == true, rest.popFirst()?.isWord("trigger") == true
        else { return nil }
        if rest.first?.isWord("if") == true { rest = rest.dropFirst(3) }
        return rest.popFirst()?.spelled
    }
}
