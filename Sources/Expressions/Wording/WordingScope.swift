import Schema

/// What names mean where a part of a rule is put into words.
struct WordingScope {
    /// A row that names may mean.
    struct Row {
        let model: String
        /// The name that rules call it by there.
        let name: String
    }

    /// What stands for a parameter of a named rule: an expression, where it was written.
    struct Argument {
        let syntax: Syntax
        let scope: [WordingScope]
    }

    /// The rows in sight, the nearest last.
    var rows: [Row]
    /// Whether it is spoken from further within: then no row is so near that its columns stand
    /// alone.
    var isDistant = false
    var arguments: [String: Argument] = [:]
    /// The named rules that are being told, which none may occur in again.
    var expanded: [String] = []

    /// The row that is meant by a name, and whether its columns stand alone.
    func row(called name: String) -> (row: Row, isNear: Bool, isJudged: Bool)? {
        guard let index = rows.lastIndex(where: { $0.name == name }) else { return nil }
        return (rows[index], isNear: !isDistant && index == rows.count - 1, isJudged: index == 0)
    }

    /// The row that bare names belong to.
    var nearest: (row: Row, isNear: Bool, isJudged: Bool)? {
        rows.last.map { ($0, isNear: !isDistant, isJudged: rows.count == 1) }
    }

    /// How a row is referred to before the name of one of its columns.
    static func owner(_ row: Row, isJudged: Bool) -> [RuleWords.Piece] {
        isJudged
            ? [.text("this row's ")]
            : [.text("the "), .code(row.model), .text(" row's ")]
    }
}
