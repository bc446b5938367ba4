public import Diagnostics
public import Schema
public import Store
public import Values

/// The images of one row of a model, as rules judge it.
public struct RowInput: Sendable {
    /// The row as it is or will be, in the order of the model's columns.
    public var new: [Value]
    /// The row before an update; nil reads as all null.
    public var old: [Value]?
    /// The row's model.
    public var model: Model

    /// The images of a row of `model`; each has a value for every column.
    public init(new: [Value], old: [Value]? = nil, model: Model) {
        self.new = new
        self.old = old
        self.model = model
    }
}

/// What an evaluation in memory needs besides the row: the caller, the time, and a way to ask the
/// store about other rows. Make one for each caller and use it for many rows.
public struct Evaluation {
    /// Runs a query that gives one row of one column, and answers its value.
    public typealias Lookup = (BoundSQL, QueryContext) throws(Problem) -> Value

    /// The caller and the time.
    public let context: QueryContext
    private let dialect: (any Dialect)?
    private let lookup: Lookup
    /// Counts what evaluations cost; nil if nobody does.
    var steps: StepCounter?

    /// An evaluation for `context`; `lookup` answers `exists`, paths and `can`, asked in `dialect`.
    public init(
        context: QueryContext, dialect: any Dialect, lookup: @escaping Lookup
    ) {
        self.context = context
        self.dialect = dialect
        self.lookup = lookup
    }

    /// An evaluation that knows no other rows: asking for one is a problem. For filters, and for
    /// rules whose `inputs.models` is empty.
    public init(context: QueryContext) {
        self.context = context
        dialect = nil
        lookup = { (_, _) throws(Problem) in throw .noLookup }
    }

    func find(_ query: LookupQuery, _ row: Evaluator.Row) throws(Problem) -> Value {
        guard let dialect else { throw .noLookup }
        var sql = query.text(in: dialect)
        for slot in sql.slots {
            switch slot.source {
            case .column(let place): sql.arguments[slot.argument] = row.new[place]
            case .oldColumn(let place): sql.arguments[slot.argument] = row.old?[place] ?? .null
            case .operand: break
            }
        }
        return try lookup(sql, context)
    }
}

extension Problem {
    fileprivate static let noLookup = notEvaluated(
        because: "no lookup was given for a rule that reads other rows")

    /// XX000: an expression was asked for what its evaluation was not given: a fault of the
    /// server's.
    static func notEvaluated(because cause: String) -> Problem {
        Problem(
            code: "XX000", status: 500, message: "An expression could not be evaluated.",
            cause: cause)
    }
}
