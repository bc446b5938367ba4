import Store
import Values

/// Decisions of a rule that looks at other models, kept from change to change: a thousand members
/// of a room would otherwise cost a thousand queries for each message.
///
/// A decision depends on the caller, who is fixed here, on some columns of the row, and on the
/// other models. It holds until one of those models has changed. Their changes come through the
/// same log, in order, so a removed member is forgotten before the next message is judged.
struct DecisionMemory {
    /// Columns of the row that the rule reads.
    private let columns: [Int]
    private let dependencies: [ModelFeed]
    private var decisions: [[Value]: Judge.Verdict] = [:]
    /// Sum of the dependencies' change counts for which the decisions hold.
    private var changeCount: UInt64 = 0
    /// The transaction whose deleted rows the decisions were made with.
    private var departed: Int64?

    /// A memory for a rule that reads the given columns and models.
    init(columns: [Int], dependencies: [ModelFeed]) {
        self.columns = columns
        self.dependencies = dependencies
    }

    /// The decision on a row: remembered, or made now and remembered if it was made.
    ///
    /// - Parameter departed: the transaction whose deleted rows the decision is made with, if any.
    mutating func verdict(
        on values: [Value], departed: Int64?, decide: () -> Judge.Verdict
    ) -> Judge.Verdict {
        let count = dependencies.reduce(0) { $0 &+ $1.changeCount }
        if count != changeCount || departed != self.departed
            || decisions.count >= RealtimeLimits.rememberedDecisions
        {
            changeCount = count
            self.departed = departed
            decisions.removeAll(keepingCapacity: true)
        }
        let key = columns.map { values[$0] }
        if let known = decisions[key] { return known }
        let verdict = decide()
        switch verdict {
        case .passes, .fails: decisions[key] = verdict
        case .broken, .waits, .stopped: break
        }
        return verdict
    }
}
