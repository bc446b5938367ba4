import Diagnostics
import Foundation
import Store

@testable import Schema

/// One database after the other, whose models are edited again and again while rows are there.
final class Life {
    /// What came of it.
    struct Summary: CustomStringConvertible {
        let seed: UInt64
        let engine: String
        var edits = 0
        var refused = 0
        var rows = 0
        var kills = 0
        var takenOver = 0
        var files = 0
        var handmade = 0
        /// Edits that the reader of model files, or the oracle, would not have.
        var passedOver = 0
        /// Refusals that name no row.
        var unnamed = 0
        var faults: [String] = []

        var description: String {
            "model life on \(engine), seed \(seed): \(edits) edits, \(refused) refused, "
                + "\(rows) rows compared, \(files) files, \(takenOver) taken over, "
                + "\(kills) kills, \(handmade) made by hand, \(unnamed) refusals without a row, "
                + "\(passedOver) passed over, \(faults.count) faults"
        }
    }

    /// How an edit is made.
    enum Way: CaseIterable { case dev, file, takenOver, killed }

    private let isPostgres: Bool
    private var dice: Dice
    private(set) var summary: Summary
    private static let editsPerDatabase = 18
    private static let faultsMax = 12

    init(seed: UInt64, isPostgres: Bool) {
        self.isPostgres = isPostgres
        dice = Dice(seed: seed)
        summary = Summary(seed: seed, engine: isPostgres ? "PostgreSQL" : "SQLite")
    }

    /// Makes so many edits, or stops at too many faults.
    ///
    /// - Parameter database: The seed of the one database that is edited; nil for one after the
    ///   other.
    func run(edits: Int, of database: UInt64?, kills: Bool) throws -> Summary {
        while summary.edits < edits, summary.faults.count < Self.faultsMax {
            if database != nil, summary.edits > 0 { break }
            let seed = database ?? dice.seed()
            var stage = try LifeStage(seed: seed, isPostgres: isPostgres, kills: kills)
            do {
                for _ in 0..<min(Self.editsPerDatabase, edits - summary.edits) {
                    try stage.step(&summary)
                }
            } catch let fault as LifeFault {
                summary.faults.append(fault.text)
            }
        }
        return summary
    }
}

/// What is not as it should be, with all that tells why.
struct LifeFault: Error { let text: String }
