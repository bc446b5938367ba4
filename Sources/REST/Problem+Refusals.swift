import Diagnostics
import Schema
import Store

extension Problem {
    /// What a caller is told of a write that the store refused.
    ///
    /// - Parameters:
    ///   - checks: Those of the program, and of its handling of conflicts, in their order.
    ///   - shown: The columns that may be shown.
    init(
        _ refusal: WriteRefusal, of model: Model, _ checks: [RowCheck],
        ofConflict conflictChecks: [RowCheck] = [], shown: [Int], isAnonymous: Bool
    ) {
        switch refusal {
        case .check(let number):
            self = .refusal(by: checks[number], of: model, isAnonymous: isAnonymous)
        case .conflictCheck(let number):
            self = .refusal(by: conflictChecks[number], of: model, isAnonymous: isAnonymous)
        // As in PostgreSQL a row that is in the way, or that is asked for, is an error where it is
        // hidden. Its words are those of every refusal.
        case .hiddenRow, .invisibleRow:
            self = .rowSecurity(table: model.name, isAnonymous: isAnonymous)
        case .repeatedConflict: self = .repeatedConflict
        case .faulty(let problem), .failed(let problem): self = problem
        case .violation(let violation): self.init(violation, of: model, shown: shown)
        case .tooManyFound(let max): self = .tooMuchFound(max: max)
        case .tooManyAffected(let count): self = .tooManyAffected(count)
        case .notSingular(let count): self = .notSingular(count)
        }
    }

    /// What a row that fails a check is told.
    static func refusal(by check: RowCheck, of model: Model, isAnonymous: Bool) -> Problem {
        guard let column = check.column else {
            return .rowSecurity(table: model.name, isAnonymous: isAnonymous)
        }
        return .forbiddenColumn(
            model.columns[column].name, of: model.name, isAnonymous: isAnonymous)
    }
}
