public import Diagnostics
public import Store

extension Catalogue {
    /// Lets the numbers of every identity column go on after the rows that are there, before
    /// anybody writes. While the server runs explicit values do not move them, and not every engine
    /// has a `setval`: whoever has brought rows along with their ids starts it anew. Blocks.
    public func settleSequences(in database: some MigrationTarget) throws(Problem) {
        let all = models.compactMap(\.sequence)
        if all.isEmpty { return }
        let sequences = try database.laggingSequences(among: all)
        if sequences.isEmpty { return }
        try database.migrate { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                for sequence in sequences { try transaction.raise(sequence) }
            }
        }
    }
}
