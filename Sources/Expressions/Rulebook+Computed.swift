public import Diagnostics
public import Schema
import Store
public import Values

// Computed columns: their values in memory, and conditions on rows that the store has not computed
// them for yet.
extension Rulebook {
    /// A row with the values of its computed columns, which it lacks.
    ///
    /// - Throws: what evaluation throws: 22003 where a number overflows, or is beyond its column.
    public func computing(_ row: [Value], of model: Model) throws(Problem) -> [Value] {
        var row = row
        let evaluator = Evaluator()
        let nobody = Evaluation(context: Identity.service.context(now: Instant(seconds: 0)))
        for column in model.computedColumns {
            guard let value = computed(model, column: column) else { continue }
            row[column] = try evaluator.value(value, Evaluator.Row(new: row, old: nil), nobody)
            try model.columns[column].type.requireRoom(for: row[column])
        }
        return row
    }

    /// Whether a column is computed of the number that the store gives a new row.
    public func isNumbered(_ column: Int, of model: Model) -> Bool {
        guard let identity = model.identity, let value = computed(model, column: column) else {
            return false
        }
        return RuleInputs(value).columns.contains(identity)
    }

    /// The same condition of a row that is proposed: what is computed of it is said by the columns
    /// that it is computed of.
    public func ofProposed(_ predicate: Predicate) -> Predicate {
        let model = predicate.model
        if model.computedColumns.isEmpty { return predicate }
        return Predicate(
            model: model,
            root: predicate.root.replacingColumns { place in
                place.row == 0 && place.image == .new
                    ? computed(model, column: place.index) : nil
            }, arguments: predicate.arguments)
    }
}

extension Expression {
    /// The value over bare column names, as a table's definition has it.
    func definition(as type: ColumnType, in model: Model) -> ValueExpression {
        var lowering = Lowering(model: model, naming: .bare)
        return lowering.lower(self, as: type)
    }

    /// The same with other values in the place of columns.
    func replacingColumns(_ value: (ColumnPlace) -> Expression?) -> Expression {
        func all(_ operands: [Expression]) -> [Expression] {
            operands.map { $0.replacingColumns(value) }
        }
        func subquery(_ query: Subquery) -> Subquery {
            Subquery(
                model: query.model, row: query.row,
                condition: query.condition.replacingColumns(value))
        }
        switch self {
        case .constant, .argument, .context, .related: return self
        case .column(let place): return value(place) ?? self
        case .comparison(let comparison, let left, let right):
            let sides = all([left, right])
            return .comparison(comparison, sides[0], sides[1])
        case .distinct(let left, let right):
            let sides = all([left, right])
            return .distinct(sides[0], sides[1])
        case .all(let operands): return .all(all(operands))
        case .any(let operands): return .any(all(operands))
        case .not(let operand): return .not(operand.replacingColumns(value))
        case .isNull(let operand): return .isNull(operand.replacingColumns(value))
        case .membership(let operand, let list):
            return .membership(operand.replacingColumns(value), all(list))
        case .like(let operand, let pattern, let ignoresCase):
            return .like(
                operand.replacingColumns(value), pattern: pattern.replacingColumns(value),
                ignoresCase: ignoresCase)
        case .call(let function, let operands): return .call(function, all(operands))
        case .exists(let query): return .exists(subquery(query))
        case .scalar(let query, let column): return .scalar(subquery(query), column)
        }
    }
}
