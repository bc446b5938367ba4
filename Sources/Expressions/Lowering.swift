import Query
import Schema
import Store
import Values

/// Turns a typed tree into a value of a statement, which names rows and columns and says the type
/// of each leaf.
///
/// The tree's constants and arguments have no types of their own: they take that of what they are
/// compared or combined with.
struct Lowering {
    /// What a name in the tree turns into.
    enum Naming {
        /// Columns of the row judged are qualified with the aliases of its new and old image. Only
        /// an update check, as ``Purpose/allowsOld`` says, asks for the old one.
        case aliases(new: String, old: String?)
        /// Columns of the row judged become arguments, filled in for each row.
        case slots
        /// Bare column names, as in a table's definition.
        case bare
    }

    /// For each argument, how a repeated request makes another one; may be shorter.
    var sources: [ArgumentSlot.Source?] = []
    /// What related tables turn into, by number.
    var related: [Int: ValueExpression] = [:]
    private let naming: Naming
    private let arguments: [Value]
    /// The models of the rows by number.
    private var models: [Int: Model]

    init(model: Model, naming: Naming, arguments: [Value] = []) {
        models = [0: model]
        self.naming = naming
        self.arguments = arguments
    }

    /// - Parameter type: The type of a constant or argument; nil where nothing says it.
    mutating func lower(_ expression: Expression, as type: ColumnType? = nil) -> ValueExpression {
        switch expression {
        case .constant(let value): return .constant(value, (type ?? value.ownType).asOperand)
        case .argument(let index):
            let value = index < arguments.count ? arguments[index] : .null
            return .argument(
                value, (type ?? value.ownType).asOperand,
                source: index < sources.count ? sources[index] : nil)
        case .context(let slot): return .context(slot)
        case .column(let place): return lower(place)
        case .comparison(let comparison, let left, let right):
            let sides = lower(alike: [left, right])
            return .comparison(comparison, sides[0], sides[1])
        case .distinct(let left, let right):
            let sides = lower(alike: [left, right])
            return .distinct(sides[0], sides[1])
        case .isNull(let operand): return .isNull(lower(operand))
        case .membership(let operand, let list):
            let sides = lower(alike: [operand] + list)
            return .membership(sides[0], Array(sides.dropFirst()))
        case .not(let operand): return .not(lower(operand, as: .boolean))
        case .all(let operands): return .all(operands.map { lower($0, as: .boolean) })
        case .any(let operands): return .any(operands.map { lower($0, as: .boolean) })
        case .like(let operand, let pattern, let ignoresCase):
            return .like(
                lower(operand, as: .text), pattern: lower(pattern, as: .text),
                ignoresCase: ignoresCase)
        case .call(let function, let operands): return lower(function, operands, as: type)
        case .related(let number): return related[number] ?? .constant(.null, .boolean)
        case .exists(let subquery): return .exists(select([], of: subquery))
        case .scalar(let subquery, let column):
            models[subquery.row] = subquery.model
            return .scalar(select([.init(lower(column))], of: subquery))
        }
    }

    /// Operands of one type: that of the first of them that has one of its own.
    private mutating func lower(
        alike operands: [Expression], as type: ColumnType? = nil
    ) -> [ValueExpression] {
        guard let place = operands.firstIndex(where: { !$0.takesType }) else {
            return operands.map { lower($0, as: type) }
        }
        // Lowered once: operands nest.
        let known = lower(operands[place])
        return operands.enumerated().map { $0 == place ? known : lower($1, as: known.type) }
    }

    private mutating func lower(
        _ function: Function, _ operands: [Expression], as type: ColumnType?
    ) -> ValueExpression {
        let lowered: [ValueExpression] =
            switch function.parameters {
            case .types(let types): zip(operands, types).map { lower($0, as: $1) }
            case .number(let kind): operands.map { lower($0, as: kind.type) }
            case .alike: lower(alike: operands, as: type)
            case .cases: lower(cases: operands, as: type)
            case .member: operands.enumerated().map { lower($1, as: $0 == 0 ? .json : nil) }
            }
        switch function.statementForm {
        case .function(let function): return .call(function, lowered)
        case .operand: return lowered[0]
        case .nothing: return .constant(.null, type ?? .text)
        }
    }

    /// Conditions between values of one type; the last one has none before it.
    private mutating func lower(
        cases operands: [Expression], as type: ColumnType?
    ) -> [ValueExpression] {
        let places = operands.indices.filter { $0 % 2 == 1 || $0 == operands.count - 1 }
        var values = lower(alike: places.map { operands[$0] }, as: type)[...]
        return operands.indices.map { place in
            places.contains(place)
                ? values.removeFirst() : lower(operands[place], as: .boolean)
        }
    }

    private mutating func select(
        _ columns: [SelectStatement.Column], of subquery: Subquery
    ) -> SelectStatement {
        models[subquery.row] = subquery.model
        return SelectStatement(
            columns,
            from: [.init(subquery.model.table.rows, as: Alias.subquery(subquery.row))],
            where: [lower(subquery.condition, as: .boolean)])
    }

    private mutating func lower(_ place: ColumnPlace) -> ValueExpression {
        guard let column = models[place.row]?.columns[place.index] else {
            return .constant(.null, .text)
        }
        guard place.row == 0 else {
            return .column(column.name, of: Alias.subquery(place.row), type: column.type)
        }
        switch naming {
        case .aliases(let new, let old):
            guard let row = place.image == .new ? new : old else {
                preconditionFailure("an old row is asked for where the statement has none")
            }
            return .column(column.name, of: row, type: column.type)
        case .slots:
            return .argument(
                .null, column.type,
                source: place.image == .new ? .column(place.index) : .oldColumn(place.index))
        case .bare: return .column(column.name, of: nil, type: column.type)
        }
    }
}

extension Expression {
    /// Whether its type is that of what it stands with.
    fileprivate var takesType: Bool {
        switch self {
        case .constant, .argument: true
        case .call(let function, let operands):
            switch function.parameters {
            case .alike: operands.allSatisfy(\.takesType)
            case .cases:
                operands.indices.allSatisfy { place in
                    place % 2 == 0 && place < operands.count - 1 || operands[place].takesType
                }
            case .types, .number, .member: false
            }
        case .context, .column, .comparison, .distinct, .all, .any, .not, .isNull, .membership,
            .like, .exists, .scalar, .related:
            false
        }
    }
}

extension Function.NumberKind {
    /// A type of this kind; nil where there are several.
    fileprivate var type: ColumnType? {
        switch self {
        case .any: nil
        case .whole: .integer
        case .real: .real
        case .scaled(let scale):
            .decimal(precision: ColumnType.decimalPrecisionMax, scale: scale)
        }
    }
}

extension Value {
    /// The type that a value has where nothing says another.
    fileprivate var ownType: ColumnType {
        switch self {
        case .null, .text: .text
        case .integer: .integer
        case .real: .real
        case .blob: .bytes
        }
    }
}

extension ColumnType {
    /// The type of a value that is compared with one of this type: a 32-bit column may well be
    /// compared with a larger number.
    fileprivate var asOperand: ColumnType { self == .integer32 ? .integer : self }
}
