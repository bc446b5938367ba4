import Diagnostics
import Store
import StoreSQLite

extension DeletePlan {
    /// The rows as they were are read first, with what is embedded in them; then they go.
    func run(_ run: WriteRun) throws(Problem) -> WriteResult {
        var body: [UInt8]?
        if let representation = returning.representation {
            let keys = try run.look(rows.text, run.arguments(of: rows))
            body = try run.representation(representation, of: keys, returning)
        }
        let affected: Int
        do throws(DatabaseError) {
            affected = try run.transaction.run(
                text: statement.text, arguments: run.arguments(of: statement), run.context)
        } catch {
            throw try ConstraintProbe(run: run, model: model, shown: shownColumns)
                .problem(error, deletingFrom: target.alias) { $0.appendChoice(of: target) }
        }
        try returning.requireCount(affected)
        return WriteResult(status: body == nil ? 204 : 200, affected: affected, body: body)
    }
}
