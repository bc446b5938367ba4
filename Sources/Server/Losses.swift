import Diagnostics
import Schema
import Store

// What drops rows or values is done only where somebody has said that it may.
extension ServerOptions {
    /// Judges a migration file that drops what holds rows or values, before it is applied.
    func losing(_ log: Log) -> (MigrationFile, Holdings) throws(Problem) -> Void {
        { file, holdings throws(Problem) in
            guard file.isDestructive || self.allowsLosses else {
                throw .losses(
                    holdings.missed.map { "\(file.path): \($0)" },
                    hint: "Nothing of it was applied. If that is meant, apply it with "
                        + "--allow-destructive, or write '-- apus: destructive' on its first line.")
            }
        }
    }
}

extension Problem {
    /// What may hold rows or values would be dropped, and nobody has said that it may.
    static func losses(_ losses: [String], hint: String) -> Problem {
        Problem(
            code: "destructive", status: 500,
            message: "What is declared no more would be dropped, with all that it holds.",
            details: losses.joined(separator: "\n"), hint: hint)
    }
}
