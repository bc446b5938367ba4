import Diagnostics
import Schema
import Store

// What drops rows or values is done only where somebody has said that it may.
extension ServerOptions {
    /// Judges a migration file that drops what holds rows or values, before it is applied: a backup
    /// is written first.
    func losing(
        in database: any ServedDatabase, _ log: Log
    ) -> (MigrationFile, Holdings) throws(Problem) -> Void {
        { file, holdings throws(Problem) in
            guard file.isDestructive || self.allowsLosses else {
                throw .losses(
                    holdings.missed.map { "\(file.path): \($0)" },
                    hint: "Nothing of it was applied. If that is meant, apply it with "
                        + "--allow-destructive, or write '-- apus: destructive' on its first line.")
            }
            try self.backUp(database, beforeLosing: holdings, log)
        }
    }

    /// Writes a backup before something is dropped that is not empty.
    func backUp(
        _ database: any ServedDatabase, beforeLosing holdings: Holdings, _ log: Log
    ) throws(Problem) {
        let start = monotonicNanoseconds()
        do {
            let backup = try backUp(database, before: "migrate")
            let milliseconds = (monotonicNanoseconds() - start) / 1_000_000
            log.record(
                .backedUp(
                    path: backup.path, bytes: backup.byteCount, milliseconds: milliseconds))
        } catch let problem as Problem {
            throw problem
        } catch {
            let losses = holdings.missed.map(\.description).joined(separator: ", ")
            throw .migration("no backup can be written before \(losses): \(error)")
        }
    }
}

extension Problem {
    /// Whether it is only for somebody to say that what would be dropped may be.
    var asksForLosses: Bool { code == Self.lossesCode }

    private static let lossesCode = "destructive"

    /// What may hold rows or values would be dropped, and nobody has said that it may.
    static func losses(_ losses: [String], hint: String) -> Problem {
        Problem(
            code: lossesCode, status: 500,
            message: "What is declared no more would be dropped, with all that it holds.",
            details: losses.joined(separator: "\n"), hint: hint)
    }

    /// Others may use what would be dropped.
    static func losses(_ losses: [String], servedBy others: [String]) -> Problem {
        Problem(
            code: "destructive_to_others", status: 500,
            message: "What is declared no more would be dropped, and others may use it.",
            details: losses.joined(separator: "\n"),
            hint: "None of it was applied. Another server is connected to the database: "
                + "\(others.joined(separator: "; ")). While it is, nothing is dropped.")
    }
}
