public import Diagnostics
public import Query
public import Schema
import Store
import Values

extension Filter {
    /// The filter typed against a model (rest.md §5), its values converted to the columns' types.
    ///
    /// - Throws: 42703 unknown column with the nearest name as hint, 42883 no such operator for the
    ///   type (404), 42804 `is true` of something not boolean, 0A000 json values to be ordered,
    ///   PGRST100 too deep; 22P02, 22003, 22007, 22008 for values that are not of their column's
    ///   type, 22025 for a pattern that ends in a lone backslash; and what the scope throws.
    public func resolved(
        for model: Model, in scope: FilterScope = FilterScope()
    ) throws(Problem) -> ResolvedFilter {
        var resolver = FilterResolver(model: model, scope: scope)
        let root = try resolver.resolve(self)
        let predicate = Predicate(model: model, root: root, arguments: resolver.arguments)
        if ExpressionDepth(predicate.definition).isTooDeep { throw .deepFilter }
        return ResolvedFilter(predicate: predicate, sources: resolver.sources)
    }
}

/// Gives a parsed filter its types and values.
struct FilterResolver {
    let model: Model
    let scope: FilterScope
    private(set) var arguments: [Value] = []
    /// For each argument, how a repeated request makes another one.
    private(set) var sources: [ArgumentSlot.Source?] = []

    init(model: Model, scope: FilterScope) {
        self.model = model
        self.scope = scope
    }

    mutating func resolve(_ filter: Filter) throws(Problem) -> Expression {
        switch filter {
        case .test(let test):
            let condition: Expression
            if let related = related(test) {
                condition = related
            } else {
                condition = try self.condition(test)
            }
            return test.isNegated ? .negation(condition) : condition
        case .all(let parts): return .conjunction(try resolve(parts))
        case .any(let parts): return .disjunction(try resolve(parts))
        case .not(let part): return .negation(try resolve(part))
        }
    }

    private mutating func resolve(_ parts: [Filter]) throws(Problem) -> [Expression] {
        var operands: [Expression] = []
        for part in parts { operands.append(try resolve(part)) }
        return operands
    }

    /// The test of a related table for rows, without its negation (rest.md §8.5); nil when the test
    /// is one of a column.
    private func related(_ test: FilterTest) -> Expression? {
        guard test.field.path.isEmpty, case .state(let state) = test.operation,
            state == .null || state == .notNull, let number = scope.related(test.field.name)
        else { return nil }
        return state == .notNull ? .related(number) : .negation(.related(number))
    }

    private mutating func condition(_ test: FilterTest) throws(Problem) -> Expression {
        let resolved = try test.field.resolved(for: model, in: scope)
        let (field, type) = (resolved.expression, resolved.type)
        let comparand = type == .json ? field.jsonKey : field
        var source: ArgumentSlot.Source?
        if let parameter = test.parameter, type != .json {
            source = .operand(parameter: parameter, .value(type))
        }
        switch test.operation {
        case .comparison(let comparison, let operand):
            if comparison.isOrdering, type == .json { throw .unorderedJSON("\(test.field)") }
            return try each(operand, type, source) { .comparison(comparison, comparand, $0) }
        case .like(let ignoresCase, let operand):
            guard type == .text else { throw .noOperator(ignoresCase ? "~~*" : "~~", for: type) }
            try operand.requirePatterns()
            return try each(operand, type, source) {
                .like(field, pattern: $0, ignoresCase: ignoresCase)
            }
        case .distinct(let text): return .distinct(comparand, try argument(text, type, source))
        case .membership(let values): return try membership(comparand, type, values)
        case .state(let state): return try self.state(state, field, type)
        }
    }

    /// The tests of one value, or of each of several; a nil value is NULL.
    private mutating func each(
        _ operand: FilterTest.Operand, _ type: ColumnType, _ source: ArgumentSlot.Source?,
        _ test: (Expression) -> Expression
    ) throws(Problem) -> Expression {
        switch operand {
        case .value(let text): return test(try argument(text, type, source))
        case .array(let elements, let quantifier):
            var tests: [Expression] = []
            for element in elements { tests.append(test(try argument(element, type, nil))) }
            return quantifier == .any ? .disjunction(tests) : .conjunction(tests)
        }
    }

    /// `in`. The last value is repeated up to a power of two: it changes nothing, and few
    /// statements serve lists of all lengths.
    private mutating func membership(
        _ field: Expression, _ type: ColumnType, _ values: [String]
    ) throws(Problem) -> Expression {
        if values.isEmpty { return .no }
        var count = 1
        while count < values.count { count *= 2 }
        arguments.reserveCapacity(arguments.count + count)
        var items: [Expression] = []
        items.reserveCapacity(count)
        for text in values { items.append(try argument(text, type, nil)) }
        let last = arguments[arguments.count - 1]
        while items.count < count { items.append(argument(last, nil)) }
        return .membership(field, items)
    }

    private mutating func argument(
        _ text: String?, _ type: ColumnType, _ source: ArgumentSlot.Source?
    ) throws(Problem) -> Expression {
        var value = Value.null
        if let text { value = try type.parse(comparand: text) }
        if type == .json { value = value.jsonKey }
        return argument(value, source)
    }

    private mutating func argument(_ value: Value, _ source: ArgumentSlot.Source?) -> Expression {
        arguments.append(value)
        sources.append(source)
        return .argument(arguments.count - 1)
    }

    private func state(
        _ state: FilterTest.State, _ field: Expression, _ type: ColumnType
    ) throws(Problem) -> Expression {
        switch state {
        case .null: return .isNull(field)
        case .notNull: return .negation(.isNull(field))
        case .isTrue, .isFalse, .unknown:
            guard type == .boolean else {
                throw .notBoolean(type, is: state.rawValue.uppercased())
            }
            if state == .unknown { return .isNull(field) }
            return .negation(.distinct(field, state == .isTrue ? .yes : .no))
        }
    }
}

extension FilterTest.Operand {
    /// - Throws: 22025 for a pattern that ends in a lone backslash.
    fileprivate func requirePatterns() throws(Problem) {
        let patterns: [String?] =
            switch self {
            case .value(let text): [text]
            case .array(let elements, _): elements
            }
        for case let pattern? in patterns { _ = try LikePattern(pattern, ignoresCase: false) }
    }
}
