public import Diagnostics
public import Query
public import Schema
public import Store
public import Values

/// A column of a model, or what a path finds in one, typed: what filters test, select shows and
/// order sorts by.
public struct ResolvedField: Sendable {
    /// The column it is read from, as an index into the columns of its model.
    public let column: Int
    /// Whether the column itself is meant, and not what a path finds in it.
    public let isWholeColumn: Bool
    /// The type of its values.
    public private(set) var type: ColumnType
    private(set) var expression: Expression
    private let model: Model

    /// The column at `column` of `model`.
    public init(column: Int, of model: Model) {
        self.init(column: column, path: [], of: model)
    }

    /// PostgREST applies `to_jsonb` first; a scalar has no members (rest.md §5.6).
    fileprivate init(column: Int, path: [JSONStep], of model: Model) {
        self.column = column
        self.model = model
        isWholeColumn = path.isEmpty
        type = model.columns[column].type
        expression = .column(ColumnPlace(index: column))
        guard let last = path.last else { return }
        expression = type == .json ? path.reduce(expression, Self.member) : .null
        type = last.isText ? .text : .json
    }

    private static func member(of json: Expression, at step: JSONStep) -> Expression {
        let key: Value =
            switch step.key {
            case .name(let name): .text(name)
            case .index(let index): .integer(index)
            }
        return .call(step.isText ? .jsonMemberText : .jsonMember, [json, .constant(key)])
    }

    /// Its values as text, as rules cast them; nil for types that have no such cast yet.
    public var asText: ResolvedField? {
        var field = self
        field.type = .text
        switch type {
        case .text: return field
        case .uuid, .date, .time, .integer, .integer32, .boolean, .decimal, .real, .timestamp,
            .json, .bytes:
            guard let cast = Function.cast(type, to: .text) else { return nil }
            field.expression = .call(cast, [expression])
            return field
        }
    }

    /// Its value in a statement that knows the row as `alias`.
    public func value(in alias: String) -> ValueExpression {
        var lowering = Lowering(model: model, naming: .aliases(new: alias, old: nil))
        return lowering.lower(expression, as: type)
    }
}

extension Field {
    /// The field typed against a model.
    ///
    /// - Throws: 42703 for an unknown column, with the nearest name as hint; and what the scope
    ///   throws.
    public func resolved(
        for model: Model, in scope: FilterScope = FilterScope()
    ) throws(Problem) -> ResolvedField {
        guard let index = model.columnIndex(asked: name), !scope.hidden.contains(index) else {
            throw .noColumn(name, of: model, hidden: scope.hidden)
        }
        try scope.permit(index)
        scope.noted(name, index)
        return ResolvedField(column: index, path: path, of: model)
    }
}
