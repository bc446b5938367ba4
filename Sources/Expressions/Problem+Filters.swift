public import Diagnostics
import Query
public import Schema
import Store
import Values

// What is wrong with a filter or an order once it meets the columns of a model.

extension Problem {
    /// PGRST100: a filter that can be read, but has too many levels.
    static let deepFilter = Problem(
        code: "PGRST100", status: 400, message: "The filter is nested too deeply.",
        details: "The database reads at most \(StatementLimits.parserStackMax) levels.")

    /// 42804: `is true` and the like, of something that is not boolean.
    static func notBoolean(_ type: ColumnType, is state: String) -> Problem {
        Problem(
            code: "42804", status: 400,
            message: "argument of IS \(state) must be type boolean, not type \(type.operatorName)")
    }

    /// 0A000: json values have no order yet, neither for `gt` and the like nor for `order`. Their
    /// texts have one, which is wrong for numbers.
    ///
    /// - Parameter field: The column and its path as the client wrote them.
    public static func unorderedJSON(_ field: String) -> Problem {
        Problem(
            code: "0A000", status: 400,
            message: "order of json values is not supported: \"\(field)\"",
            hint: "Read a member with ->> to order it as text, or keep what has an order in a "
                + "column of its own.")
    }

    /// 42703: a column that filters, order or select name and the model does not have.
    ///
    /// - Parameter hidden: columns that are as good as not there, which the hint must not name.
    public static func noColumn(
        _ name: String, of model: Model, hidden: Set<Int> = []
    ) -> Problem {
        let shown = model.columns.indices.filter { !hidden.contains($0) }
        let near = nearest(name, in: shown.map { model.columns[$0].name })
        return Problem(
            code: "42703", status: 400, message: "column \(model.name).\(name) does not exist",
            hint: near.map {
                "Perhaps you meant to reference the column \"\(model.name).\($0)\"."
            })
    }

    /// 42883: the operator, as PostgreSQL spells it, does not exist for the type.
    static func noOperator(_ spelling: String, for type: ColumnType) -> Problem {
        .noOperator(
            spelling, on: type.operatorName,
            hint: "No operator matches the given name and argument types. "
                + "You might need to add explicit type casts.")
    }
}

extension ColumnType {
    /// The name in PostgreSQL's messages about operators, where json columns are jsonb.
    var operatorName: String { self == .json ? "jsonb" : formalName }
}
