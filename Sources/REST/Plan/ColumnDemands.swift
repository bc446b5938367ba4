import Diagnostics
import Schema
import Store
import Values

/// What columns ask of the values that a write gives them: which of them may not be null, and which
/// have checks.
struct ColumnDemands: Sendable {
    private let required: [Int]
    private let constrained: [Int]

    /// - Parameter numbers: Whether identity columns without value will get a number.
    init(of model: Model, _ columns: some Sequence<Int>, numbers: Bool) {
        required = columns.filter { index in
            !model.columns[index].isNullable && !(numbers && model.columns[index].isIdentity)
        }
        constrained = columns.filter { model.columns[$0].isConstrained }
    }

    /// Not-null, then the columns' own checks: the first fault of the values.
    func problem(of model: Model, _ value: (Int) -> Value) -> Problem? {
        for index in required where value(index).isNull {
            return .notNull(model.columns[index].name, table: model.name)
        }
        for index in constrained {
            do throws(Problem) {
                try model.columns[index].check(value(index))
            } catch {
                return error
            }
        }
        return nil
    }
}
