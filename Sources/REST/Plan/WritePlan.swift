import Database
import Diagnostics
import Expressions
import Schema
import Values

/// What a write is to do, all but its values. Belongs to a shape of request and a role, not to a
/// caller.
enum WritePlan: Sendable {
    case insert(InsertPlan)
    case update(UpdatePlan)
    case delete(DeletePlan)
    /// A PATCH whose body changes nothing.
    case nothing(ReturnPlan)

    var returning: ReturnPlan {
        switch self {
        case .insert(let plan): plan.returning
        case .update(let plan): plan.returning
        case .delete(let plan): plan.returning
        case .nothing(let returning): returning
        }
    }

    /// The places that operands of the request have in its statements.
    var slots: [ArgumentSlot] {
        switch self {
        case .insert(let plan): plan.slots
        case .update(let plan): plan.slots
        case .delete(let plan): plan.slots
        case .nothing(let returning): returning.operandSlots
        }
    }

    /// Whether every one of these parameters has its place in a statement, so that the plan serves
    /// requests that differ in them.
    func covers(_ parameters: [Int]) -> Bool {
        if parameters.isEmpty { return true }
        let slots = slots
        return parameters.allSatisfy { parameter in
            slots.contains { $0.source.parameter == parameter }
        }
    }
}

/// INSERT and upsert.
final class InsertPlan: Sendable {
    let model: Model
    /// Reads bodies of the shape; its columns are what an upsert changes in rows that are there.
    let reader: PayloadReader
    /// Whether listed columns that a row lacks get their defaults (`missing=default`).
    let fillsGaps: Bool
    /// What every row of the body must fulfil, also one whose key is there already: the model's
    /// rules and those of protected columns.
    let checks: [RowCheck]
    let conflict: ConflictPlan?
    let returning: ReturnPlan
    /// Whether constraint messages may show whole rows: columns the caller may read.
    let shownColumns: [Int]
    /// What the columns ask of a row that is inserted.
    let demands: ColumnDemands
    /// The INSERT, the same for every row: its arguments are a row's values.
    let statement: String
    let slots: [ArgumentSlot]

    init(
        model: Model, reader: PayloadReader, fillsGaps: Bool, checks: [RowCheck],
        conflict: ConflictPlan?, returning: ReturnPlan, shownColumns: [Int], rowsMax: Int
    ) {
        self.model = model
        self.reader = reader
        self.fillsGaps = fillsGaps
        self.checks = checks
        self.conflict = conflict
        self.returning = returning
        self.shownColumns = shownColumns
        demands = ColumnDemands(of: model, model.columns.indices, numbers: true)
        var builder = StatementBuilder(rowsMax: rowsMax)
        builder.appendInsert(into: model)
        statement = builder.sql.text
        slots = returning.operandSlots
    }
}

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

    /// The row that is there, in the statements of an update.
    static let alias = "_apus_0"

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
            var builder = StatementBuilder(rowsMax: rowsMax)
            write(&builder)
            return builder.statement.bound
        }
        lookup = statement {
            $0.appendLookup(key, values: key.map { _ in .null }, of: model)
        }.text
        self.using = using.filter { !$0.isEverybody }.map { rule in
            statement { $0.appendTouchedRow(of: model, passing: rule) }
        }
        let checks = checks.filter { !$0.rule.isEverybody }
        self.checks = checks
        violation =
            checks.isEmpty
            ? nil
            : statement {
                $0.appendViolation(of: checks, model: model, assignments, alias: Self.alias) {
                    $0.append(" WHERE ")
                    $0.appendIsTouched(Self.alias)
                }
            }
        self.changed = changed
        update =
            changed.isEmpty
            ? nil
            : statement {
                $0.appendUpdate(of: model, as: Self.alias, assignments)
                $0.append(" WHERE ")
                $0.appendIsTouched(Self.alias)
                // Where the rowid is the table's key, the update may change it.
                $0.append(" RETURNING rowid")
            }
    }
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
final class UpdatePlan: Sendable {
    let model: Model
    let reader: PayloadReader
    /// Whether listed columns that the object lacks get their defaults (`missing=default`).
    let fillsGaps: Bool
    /// The rows, with the caller's conditions.
    let target: TablePlan
    /// Rules beside the target's conditions.
    let rules: [RowRule]
    let checks: [RowCheck]
    let returning: ReturnPlan
    let shownColumns: [Int]
    /// What the columns ask of the new values.
    let demands: ColumnDemands
    /// The UPDATE, which answers the rowids of the rows it changed.
    let statement: BoundSQL
    /// Finds which of ``checks`` a row fails; nil when there are none.
    let violation: BoundSQL?
    let slots: [ArgumentSlot]

    init(
        model: Model, reader: PayloadReader, fillsGaps: Bool, target: TablePlan, rules: [RowRule],
        checks: [RowCheck], returning: ReturnPlan, shownColumns: [Int], rowsMax: Int
    ) {
        self.model = model
        self.reader = reader
        self.fillsGaps = fillsGaps
        self.target = target
        self.rules = rules
        self.checks = checks.filter { !$0.rule.isEverybody }
        self.returning = returning
        self.shownColumns = shownColumns
        let columns = Self.columns(reader.columns, of: model)
        demands = ColumnDemands(of: model, columns, numbers: false)
        let assignments = columns.map { Assignment(column: $0, value: .null) }
        var builder = StatementBuilder(rowsMax: rowsMax)
        builder.appendUpdate(of: model, as: target.alias, assignments)
        builder.appendWhere(rules, target)
        builder.append(" RETURNING rowid")
        statement = builder.statement.bound
        slots = statement.slots + returning.operandSlots
        guard !self.checks.isEmpty else {
            violation = nil
            return
        }
        builder = StatementBuilder(rowsMax: rowsMax)
        builder.appendViolation(of: self.checks, model: model, assignments, alias: target.alias) {
            $0.appendWhere(rules, target)
        }
        violation = builder.statement.bound
    }

    /// The columns that an update of these ones writes: the others first, then those that the
    /// server stamps, whatever the body says of them.
    static func columns(_ given: [Int], of model: Model) -> [Int] {
        let stamped = model.columns.indices.filter { model.columns[$0].onUpdate != nil }
        return given.filter { !stamped.contains($0) } + stamped
    }
}

/// DELETE by filter.
final class DeletePlan: Sendable {
    let model: Model
    let target: TablePlan
    let rules: [RowRule]
    let returning: ReturnPlan
    /// Whether constraint messages may show keys: columns the caller may read.
    let shownColumns: [Int]
    let statement: BoundSQL
    /// Finds the rowids of the rows that will go.
    let rows: BoundSQL
    let slots: [ArgumentSlot]

    init(
        model: Model, target: TablePlan, rules: [RowRule], returning: ReturnPlan,
        shownColumns: [Int], rowsMax: Int
    ) {
        self.model = model
        self.target = target
        self.rules = rules
        self.returning = returning
        self.shownColumns = shownColumns
        var builder = StatementBuilder(rowsMax: rowsMax)
        builder.append("DELETE FROM ")
        builder.append(table: model.name, as: target.alias)
        builder.appendWhere(rules, target)
        statement = builder.statement.bound
        slots = statement.slots + returning.operandSlots
        builder = StatementBuilder(rowsMax: rowsMax)
        builder.append("SELECT ")
        builder.append(rowOf: target.alias)
        builder.append(" FROM ")
        builder.append(table: model.name, as: target.alias)
        builder.appendWhere(rules, target)
        rows = builder.statement.bound
    }
}

extension RowRule {
    var isEverybody: Bool { if case .everybody = self { true } else { false } }
}
