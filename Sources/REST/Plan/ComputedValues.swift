import Diagnostics
import Expressions
import Schema
import Store
import Values

/// The values that the server finds itself for one request: defaults, and what `onUpdate` says.
struct ComputedValues: Sendable {
    let rulebook: Rulebook
    let identity: Identity
    let now: Instant

    /// A whole row, as the table has it. Columns that are not listed get their defaults; listed
    /// ones the object lacks are null, or get theirs too when `fillsGaps` (`missing=default`).
    ///
    /// - Parameters:
    ///   - given: The listed columns' values; nil where the object lacks one.
    ///   - places: For each column of the model its place among those listed.
    func row(
        _ given: [Value?], at places: [Int?], of model: Model, fillsGaps: Bool
    ) throws(Problem) -> [Value] {
        var row: [Value] = []
        row.reserveCapacity(model.table.columns.count)
        for (index, place) in places.enumerated() {
            if let place, let value = given[place] {
                row.append(value)
            } else if place == nil || fillsGaps {
                row.append(try defaultValue(of: index, in: model))
            } else {
                row.append(.null)
            }
        }
        // The store gives it its number.
        if model.table.numbersRows { row.append(.null) }
        return row
    }

    /// A column's default; null when it has none.
    func defaultValue(of index: Int, in model: Model) throws(Problem) -> Value {
        try rulebook.defaultValue(model, column: index, identity: identity, now: now)
    }

    /// What the server writes at every update.
    func stamps(of model: Model) throws(Problem) -> [Assignment] {
        var stamps: [Assignment] = []
        for index in model.columns.indices where model.columns[index].onUpdate != nil {
            guard
                let value = try rulebook.onUpdateValue(
                    model, column: index, identity: identity, now: now)
            else { continue }
            stamps.append(Assignment(column: index, value: value))
        }
        return stamps
    }
}
