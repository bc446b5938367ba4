import Schema
import Store
import StoreSQLite
import Values

/// What an upsert does where a key is there already.
struct ConflictPlan: Sendable {
    let resolution: Preferences.Resolution
    /// The columns whose values mean "the same row".
    let key: [Int]
    /// Finds the row with a key: its arguments are the key's values.
    let lookup: String
    /// Each finds the row if it passes a rule that must hold of the row that is there.
    let using: [BoundSQL]
    /// What the row must fulfil as it will be.
    let checks: [RowCheck]
    /// Finds which of ``checks`` it fails; nil when there are none.
    let violation: BoundSQL?
    /// What the columns ask of the values that the body gives.
    let demands: ColumnDemands
    /// The columns that are updated, those that the server stamps last.
    let changed: [Int]
    /// Updates the row; nil when nothing of it changes.
    let update: BoundSQL?

    /// - Parameters:
    ///   - using: The rules of the row that is there.
    ///   - given: The columns of the body.
    ///   - updated: Those of them that are updated.
    init(
        of model: Model, _ resolution: Preferences.Resolution, key: [Int], using: [RowRule],
        checks: [RowCheck], given: [Int], updated: [Int], rowsMax: Int
    ) {
        self.resolution = resolution
        self.key = key
        demands = ColumnDemands(of: model, given, numbers: false)
        let changed = UpdatePlan.columns(updated, of: model)
        let assignments = changed.map { Assignment(column: $0, value: .null) }
        func statement(_ write: (inout StatementBuilder) -> Void) -> BoundSQL {
            BoundSQL(rowsMax: rowsMax, write)
        }
        lookup = statement { $0.appendLookup(key, values: key.map { _ in .null }, of: model) }.text
        self.using = using.filter { !$0.isEverybody }.map { rule in
            statement { $0.appendTouchedRow(of: model, passing: rule) }
        }
        let checks = checks.filter { !$0.rule.isEverybody }
        self.checks = checks
        violation =
            checks.isEmpty ? nil : statement { $0.appendViolation(of: checks, model, assignments) }
        self.changed = changed
        update = changed.isEmpty ? nil : statement { $0.appendUpdate(of: model, assignments) }
    }
}

extension StatementBuilder {
    /// The first of `checks` that the row that is there fails as it will be.
    fileprivate mutating func appendViolation(
        of checks: [RowCheck], _ model: Model, _ assignments: [Assignment]
    ) {
        appendViolation(of: checks, model: model, assignments, alias: Alias.there) {
            $0.append(" WHERE ")
            $0.appendIsTouched(Alias.there)
        }
    }

    /// Updates the row that is there.
    fileprivate mutating func appendUpdate(of model: Model, _ assignments: [Assignment]) {
        append("UPDATE ")
        append(table: model.name, as: Alias.there)
        appendSet(assignments, of: model)
        append(" WHERE ")
        appendIsTouched(Alias.there)
        // Where the rowid is the table's key, the update may change it.
        append(" RETURNING rowid")
    }
}
