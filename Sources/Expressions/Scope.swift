import Schema

/// What an expression is for, and so what it may mention.
struct Purpose: Hashable {
    /// How messages call it: "a check", "a default".
    var name: String
    /// Columns of the row it belongs to.
    var allowsColumns = true
    /// Other rows: `exists`, paths, `can`.
    var allowsOtherRows = true
    /// The caller and the time.
    var allowsContext = true
    /// The row before an update: `old` and `changed`.
    var allowsOld = false
    /// Functions that make a new value each time.
    var allowsGenerators = false
    /// Columns that are computed themselves.
    var allowsComputed = true

    static let access = Purpose(name: "an access rule")
    static let updateCheck = Purpose(name: "an update check", allowsOld: true)
    static let check = Purpose(name: "a check", allowsOtherRows: false, allowsContext: false)
    static let generated = Purpose(
        name: "a computed column", allowsOtherRows: false, allowsContext: false,
        allowsComputed: false)
    static let index = Purpose(
        name: "an index condition", allowsOtherRows: false, allowsContext: false)
    static let computed = Purpose(
        name: "a default", allowsColumns: false, allowsOtherRows: false, allowsGenerators: true)
}

/// A row that names can refer to.
struct ScopeRow {
    let model: Model
    /// Its number in the tree.
    let number: Int
    /// What the expression calls it: an alias, or its model's name.
    let name: String
}

/// Where a piece of an expression stands: its source, and the names visible there.
struct Scope {
    let source: ExpressionSource
    let purpose: Purpose
    /// The rows in sight, the innermost last. A named rule's body starts with none.
    var rows: [ScopeRow]
    /// The parameters of a named rule.
    var parameters: [String: Typed] = [:]

    var innermost: ScopeRow? { rows.last }

    func row(called name: String) -> ScopeRow? { rows.last { $0.name == name } }

    /// The scope inside `exists`.
    func inside(_ row: ScopeRow) -> Scope {
        var scope = self
        scope.rows.append(row)
        return scope
    }
}
