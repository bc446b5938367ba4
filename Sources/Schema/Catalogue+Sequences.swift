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

    /// Lets the numbers of identity columns go on after those that were given elsewhere, whether
    /// rows have them or not. Blocks.
    ///
    /// - Parameter last: the last number of each model.
    public func advanceSequences(
        beyond last: [String: Int64], in database: some MigrationTarget
    ) throws(Problem) {
        let all = models.compactMap { model -> (IdentitySequence, Int64)? in
            guard let sequence = model.sequence, let number = last[model.name], number > 0 else {
                return nil
            }
            return (sequence, min(number, sequence.maximum))
        }
        if all.isEmpty { return }
        try database.migrate { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                for (sequence, number) in all { try transaction.raise(sequence, to: number) }
            }
        }
    }
}
