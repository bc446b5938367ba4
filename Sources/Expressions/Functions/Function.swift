import Diagnostics
import Store
import Values

/// One function of the rule language, whole: what it takes and gives, and its two meanings, which
/// must be the same. Functions that no rule spells serve operators and casts.
///
/// Adding one is adding a value to one of the lists that `all` joins; the resolver finds it by its
/// spellings, and the agreement test by the list.
public final class Function: Sendable {
    /// What tells it from the others; with the scale where functions of several scales differ.
    let name: String
    /// The names by which rules call it.
    let spellings: [String]
    let parameters: Parameters
    let result: ResultType
    /// Whether equal operands give equal results, as checks and indexes need.
    let isDeterministic: Bool
    let statementForm: StatementForm
    let memory: MemoryForm

    init(
        _ name: String, spelled spellings: [String] = [], _ parameters: Parameters,
        gives result: ResultType, isDeterministic: Bool = true, as statementForm: StatementForm,
        memory: MemoryForm
    ) {
        self.name = name
        self.spellings = spellings
        self.parameters = parameters
        self.result = result
        self.isDeterministic = isDeterministic
        self.statementForm = statementForm
        self.memory = memory
    }

    /// Every function.
    static let all = text + choices + numbers + arithmetic + json + conversions + generators

    /// Those that rules call by this name: one, or one for each kind of number.
    static func spelled(_ name: String) -> [Function] { bySpelling[name] ?? [] }

    private static let bySpelling: [String: [Function]] = {
        var found: [String: [Function]] = [:]
        for function in all {
            for spelling in function.spellings { found[spelling, default: []].append(function) }
        }
        return found
    }()

    /// All names by which rules call functions.
    static var spellings: [String] { Array(bySpelling.keys) }

    /// What makes a value of one type from one of another; nil when nothing does.
    static func cast(_ from: ColumnType, to type: ColumnType) -> Function? {
        conversions.first { $0.parameters.takes(from) && $0.result == .type(type) }
    }
}

extension Function: Hashable {
    public static func == (left: Function, right: Function) -> Bool {
        left === right || left.name == right.name
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Function {
    /// What a function takes.
    enum Parameters: Hashable, Sendable {
        /// One operand for each type, of that type.
        case types([ColumnType])
        /// One number.
        case number(NumberKind)
        /// So many operands at least, all of one type; json has no order.
        case alike(ClosedRange<Int>, isOrdered: Bool)
        /// Json, and a key or an index.
        case member
        /// Conditions, each with a value behind it, and a value at the end; values are of one type.
        case cases

        /// Whether one operand of `type` will do.
        func takes(_ type: ColumnType) -> Bool {
            switch self {
            case .types(let types): types == [type]
            case .number(let kind): kind.holds(type)
            case .alike, .member, .cases: false
            }
        }
    }

    /// Kinds of numbers that are computed with alike.
    enum NumberKind: Hashable, Sendable {
        case any, whole, real
        /// A decimal of this scale.
        case scaled(Int)

        func holds(_ type: ColumnType) -> Bool {
            switch self {
            case .any: type.isNumber
            case .whole: type.exactScale == 0
            case .real: type == .real
            case .scaled(let scale): scale > 0 && type.exactScale == scale
            }
        }
    }

    /// What a function gives.
    enum ResultType: Hashable, Sendable {
        case type(ColumnType)
        /// The type of its operands.
        case same
        /// The type of the last of them.
        case last
    }

    /// The function in memory.
    enum MemoryForm: Sendable {
        /// Without operands.
        case none(@Sendable () -> Value)
        /// Of one operand; null gives null without a call.
        case one(@Sendable (Value) throws(Problem) -> Value)
        /// Of two operands; null gives null without a call.
        case two(@Sendable (Value, Value) throws(Problem) -> Value)
        /// Of any number of operands, nulls too, each asked for by its place when it is needed.
        case any(@Sendable (Int, (Int) throws(Problem) -> Value) throws(Problem) -> Value)

        /// Of one text.
        static func text(_ body: @escaping @Sendable (String) -> Value) -> MemoryForm {
            .one { if case .text(let text) = $0 { body(text) } else { .null } }
        }

        /// Of one integer.
        static func integer(_ body: @escaping @Sendable (Int64) -> Value) -> MemoryForm {
            .one { if case .integer(let number) = $0 { body(number) } else { .null } }
        }

        /// Of two texts.
        static func texts(_ body: @escaping @Sendable (String, String) -> Value) -> MemoryForm {
            .two {
                guard case .text(let first) = $0, case .text(let second) = $1 else { return .null }
                return body(first, second)
            }
        }
    }

    /// The function in statements.
    enum StatementForm: Hashable, Sendable {
        case function(StoreFunction)
        /// Its one operand as it is.
        case operand
        /// NULL: what is new at every evaluation belongs in defaults only, which are computed in
        /// memory.
        case nothing
    }
}
