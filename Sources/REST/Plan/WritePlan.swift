import Database
import Diagnostics
import Expressions
import Schema
import Values

/// A row about to be inserted: a value for every column of its model.
struct NewRow: Sendable {
    var values: [Value]
    /// What is wrong with the row; told only after the rules have let it pass.
    var problem: Problem?
    /// What is wrong with the values the body gave: all that matters where they update a row.
    var updateProblem: Problem?
    /// Whether its identity column holds a number given to it, not a value of the body.
    var isNumbered = false
}

/// What a write hands back.
struct ReturnPlan: Sendable {
    var preference: Preferences.Return
    /// The rows to read back, shaped by `select`; used for `return=representation`.
    var table: TablePlan
    var media: MediaType
    var countsRows: Bool
    var maxAffected: Int?
    /// The value of `Preference-Applied`.
    var applied: String?

    var hasRepresentation: Bool { preference == .representation }
}

/// INSERT and upsert.
struct InsertPlan: Sendable {
    let model: Model
    /// The columns the body names: what an upsert changes in rows that are there.
    let given: [Int]
    var rows: [NewRow]
    /// What every row of the body must fulfil, also one whose key is there already: the model's
    /// rules and those of protected columns.
    let checks: [RowCheck]
    let conflict: ConflictPlan?
    let returning: ReturnPlan
    /// Whether constraint messages may show whole rows: columns the caller may read.
    let shownColumns: [Int]
}

/// What an upsert does where a key is there already.
struct ConflictPlan: Sendable {
    let resolution: Preferences.Resolution
    /// The columns whose values mean "the same row".
    let key: [Int]
    let update: UpdateRules
}

/// The rules of an update, and what the server itself writes at each.
struct UpdateRules: Sendable {
    /// All must hold of the row that is there.
    let using: [RowRule]
    let checks: [RowCheck]
    /// Values of `onUpdate` columns.
    let stamps: [Assignment]
}

/// A column and its new value.
struct Assignment: Sendable {
    let column: Int
    let value: Value
}

/// A condition on a row as it will be; that of an update may look at the row as it was.
struct RowCheck: Sendable {
    let rule: RowRule
    /// The protected column the rule belongs to; nil for the model's own rule.
    let column: Int?
}

/// UPDATE by filter.
struct UpdatePlan: Sendable {
    let model: Model
    let assignments: [Assignment]
    /// What is wrong with the values; told only when a row is hit.
    let problem: Problem?
    /// The rows, with the caller's conditions.
    let target: TablePlan
    /// Rules beside the target's conditions.
    let rules: [RowRule]
    let checks: [RowCheck]
    let returning: ReturnPlan
    let shownColumns: [Int]
}

/// DELETE by filter.
struct DeletePlan: Sendable {
    let model: Model
    let target: TablePlan
    let rules: [RowRule]
    let returning: ReturnPlan
    /// Whether constraint messages may show keys: columns the caller may read.
    let shownColumns: [Int]
}
