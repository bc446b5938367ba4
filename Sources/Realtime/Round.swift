import Diagnostics
import Expressions
import Schema
import Store
import Values

/// One change on its way to its listeners. Whatever is decided or encoded for it is kept under its
/// number, so that the second listener finds the work done.
struct Round {
    /// Never used twice; caches hold it beside what they keep.
    let number: UInt64
    let change: Change
    let model: Model
    let now: Instant
    let lookUps: LookUps
    /// Counts what rules take, and ends the one that takes more than is left for the change.
    let ruleSteps: StepCounter
    let encodings = Encodings()
    /// Of a DELETE: what its transaction deleted.
    let departed: DepartedRows?

    /// The image that says whom the change is for.
    var decisiveImage: ColumnPlace.Image { change.operation == .delete ? .old : .new }

    /// An evaluation of a rule for a caller at this moment, with the loop's reader for the rows of
    /// the other models it reads. The rule of a deleted row finds them as they were before.
    func evaluation(for caller: QueryContext, reading models: Set<String>) -> Evaluation {
        var context = caller
        context.now = now
        let (lookUps, departed) = (lookUps, departed)
        return Evaluation(
            context: context, dialect: lookUps.dialect
        ) { (sql, context) throws(Problem) in
            let query = ScalarQuery(sql, context)
            return try lookUps.value(of: query) { () throws(Problem) in
                guard let departed else { return query }
                return try departed.restored(query, among: models, in: lookUps.dialect)
            }
        }
    }
}
