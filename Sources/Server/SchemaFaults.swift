import Configuration
import Diagnostics
import Schema

/// What is wrong with a save, for the log.
struct SchemaFaults: Equatable {
    /// One line a fault, `FILE:LINE:COLUMN: …` first where it has a place. Never empty.
    let faults: [String]
    /// What to do next.
    let hint: String?

    init(_ error: any Error) {
        switch error {
        case let failure as SchemaFailure:
            faults = failure.diagnostics.map(\.description)
            hint = nil
        case let problem as Problem:
            if case .text(let facts) = problem.details {
                faults = facts.split(separator: "\n").map(String.init)
            } else {
                faults = [problem.message]
            }
            hint = problem.hint
        case let fault as SettingFault:
            faults = [fault.message]
            hint = nil
        default:
            faults = ["\(error)"]
            hint = nil
        }
    }

    /// What to tell of a save that was not taken; nil where there is nothing new.
    ///
    /// - Parameters:
    ///   - names: the files that were saved.
    ///   - former: what was wrong with the save before.
    func event(of names: [String], after former: SchemaFaults?) -> Event? {
        if self != former { return .schemasRefused(names: names, faults: faults, hint: hint) }
        if names.isEmpty { return nil }
        return .schemasHeldBack(names: names, standing: faults.count, first: faults.first ?? "")
    }
}
