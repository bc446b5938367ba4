import Database
import Diagnostics
import Schema

/// Types a filter's shape against a model (rest.md §5).
struct FilterCompiler {
    let model: Model
    let table: String
    /// How each argument is made from a value, in the order of the values.
    private(set) var slots: [FilterPlan.Slot] = []
    private var valueCount = 0

    init(model: Model, table: String) {
        self.model = model
        self.table = table
    }

    mutating func compile(_ shape: FilterShape) throws(Problem) -> Expression {
        switch shape {
        case .test(let test):
            let condition = try compile(test)
            return test.isNegated ? .negation(condition) : condition
        case .all(let parts):
            var operands: [Expression] = []
            for part in parts { operands.append(try compile(part)) }
            return .conjunction(operands)
        case .any(let parts):
            var operands: [Expression] = []
            for part in parts { operands.append(try compile(part)) }
            return .disjunction(operands)
        case .not(let part): return .negation(try compile(part))
        }
    }

    private mutating func compile(_ test: FilterTest) throws(Problem) -> Expression {
        let first = valueCount
        valueCount += test.valueCount
        let (field, type) = try resolve(test.field)
        let comparand = type == .json ? field.jsonKey : field
        switch test.operation {
        case .state(let state): return try self.state(state, field, type)
        case .isDistinct: return .distinct(comparand, argument(first, type))
        case .membership:
            let items = (0..<test.valueCount).map { argument(first + $0, type) }
            return items.isEmpty ? .no : .membership(comparand, items)
        case .comparison(let comparison, let quantifier):
            if comparison.isOrdering, type == .json { throw .unorderedJSON("\(test.field)") }
            let tests = (0..<test.valueCount).map {
                Expression.comparison(comparison, comparand, argument(first + $0, type))
            }
            return quantified(tests, quantifier)
        case .like(let ignoresCase, let quantifier):
            guard type == .text else {
                throw Problem(
                    code: "42883", status: 404,
                    message: "operator does not exist: \(type.operatorName) "
                        + "\(ignoresCase ? "~~*" : "~~") unknown",
                    hint: "No operator matches the given name and argument types. "
                        + "You might need to add explicit type casts.")
            }
            let tests = (0..<test.valueCount).map {
                Expression.like(
                    field, pattern: argument(first + $0, .text, isPattern: true),
                    ignoresCase: ignoresCase)
            }
            return quantified(tests, quantifier)
        }
    }

    private func quantified(
        _ tests: [Expression], _ quantifier: FilterOperation.Quantifier?
    ) -> Expression {
        switch quantifier {
        case .any: .disjunction(tests)
        case .all: .conjunction(tests)
        case nil: tests.first ?? .no
        }
    }

    private mutating func argument(
        _ value: Int, _ type: ColumnType, isPattern: Bool = false
    ) -> Expression {
        slots.append(FilterPlan.Slot(value: value, type: type, isPattern: isPattern))
        return .argument(slots.count - 1)
    }

    private func resolve(_ field: FilterField) throws(Problem) -> (Expression, ColumnType) {
        guard let index = model.columnIndex(field.name) else {
            let near = nearest(field.name, in: model.columns.map(\.name))
            throw Problem(
                code: "42703", status: 400, message: "column \(table).\(field.name) does not exist",
                hint: near.map { "Perhaps you meant to reference the column \"\(table).\($0)\"." })
        }
        let type = model.columns[index].type
        var expression = Expression.column(ColumnPlace(index: index))
        guard let last = field.steps.last else { return (expression, type) }
        // PostgREST applies to_jsonb first; a scalar has no members (rest.md §5.6).
        guard type == .json else { return (.null, last.isText ? .text : .json) }
        for step in field.steps {
            let key: Value =
                switch step.key {
                case .name(let name): .text(name)
                case .index(let index): .integer(index)
                }
            expression = .call(
                step.isText ? .jsonMemberText : .jsonMember, [expression, .constant(key)])
        }
        return (expression, last.isText ? .text : .json)
    }

    private func state(
        _ state: FilterOperation.State, _ field: Expression, _ type: ColumnType
    ) throws(Problem) -> Expression {
        switch state {
        case .null: return .isNull(field)
        case .notNull: return .negation(.isNull(field))
        case .isTrue, .isFalse, .unknown:
            guard type == .boolean else {
                let word = state == .isTrue ? "TRUE" : state == .isFalse ? "FALSE" : "UNKNOWN"
                throw Problem(
                    code: "42804", status: 400,
                    message: "argument of IS \(word) must be type boolean, "
                        + "not type \(type.operatorName)")
            }
            if state == .unknown { return .isNull(field) }
            return .negation(.distinct(field, state == .isTrue ? .yes : .no))
        }
    }
}

extension ColumnType {
    /// The name in PostgreSQL's messages about operators, where json columns are jsonb.
    fileprivate var operatorName: String { self == .json ? "jsonb" : formalName }
}
