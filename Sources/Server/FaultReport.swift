import Configuration
import Diagnostics
import Schema

/// What went wrong with a project's files or settings, or with a command, for people: the one
/// wording of all that is thrown there.
public struct FaultReport: Equatable, Sendable {
    /// Why it did not work, in a sentence.
    public let message: String
    /// What that rests on, a line each, `FILE:LINE:COLUMN: …` first where it has a place. Empty
    /// where the message says it all.
    public let facts: [String]
    /// What to do next.
    public let hint: String?

    /// One line a fault; never empty.
    public var faults: [String] { facts.isEmpty ? [message] : facts }

    /// Words an error.
    public init(_ error: any Error) {
        switch error {
        case let failure as SchemaFailure:
            let faults = failure.diagnostics
            let place =
                faults.allSatisfy { $0.location.file.hasPrefix("Migrations/") }
                ? "Migrations/" : "the schema files"
            self.init(
                message: "\(counted(faults.count, "fault")) in \(place)",
                facts: faults.map(\.description))
        case let failure as SeedFailure:
            let other = FaultReport(failure.other)
            let faults = failure.seeds.diagnostics.map(\.description) + other.faults
            self.init(
                message: "\(counted(faults.count, "fault")) in the schema files", facts: faults,
                hint: other.hint)
        case let problem as Problem:
            var facts: [String] = []
            if case .text(let details) = problem.details {
                facts = details.split(separator: "\n").map(String.init)
            }
            if let cause = problem.cause, Self.explained.contains(problem.code) {
                self.init(message: cause, facts: facts, hint: problem.remedy)
            } else if let cause = problem.cause, Self.unexplained.contains(problem.code) {
                self.init(message: "\(problem.message) \(cause)", facts: facts)
            } else {
                self.init(message: problem.message, facts: facts, hint: problem.hint)
            }
        case let fault as SettingFault: self.init(message: fault.message)
        default: self.init(message: "\(error)")
        }
    }

    /// Whether what was thrown is for whoever writes the project's files to mend, so that a server
    /// may wait for it.
    static func isOfFiles(_ error: any Error) -> Bool {
        switch error {
        case is SchemaFailure, is SeedFailure: true
        case let problem as Problem: codesOfFiles.contains(problem.code)
        default: false
        }
    }

    private static let codesOfFiles: Set = [
        "schema_refused", "drops_declared", "destructive", "destructive_to_others",
        "migration_failed", "migration_missing", "seeding_failed",
    ]

    /// Codes of problems whose message does not say why: that is for whoever runs the server, who
    /// reads it here, and for nobody who sends it requests.
    private static let unexplained: Set = ["58030", "XX000"]

    /// Codes of problems whose cause says it all.
    private static let explained: Set = ["08006"]

    private init(message: String, facts: [String] = [], hint: String? = nil) {
        self.message = message
        self.facts = facts
        self.hint = hint
    }
}
