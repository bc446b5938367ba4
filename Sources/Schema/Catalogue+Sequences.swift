public import Database
public import Diagnostics

extension Catalogue {
    /// Lets the database remember where the numbers of every identity column stand, before anybody
    /// writes: a new table's go on after the rows that its migrations brought along, and from here
    /// on explicit values do not move them. Blocks.
    public func settleSequences(in database: DatabasePool) throws(Problem) {
        let sequences = models.compactMap(\.sequence)
        if sequences.isEmpty { return }
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                for sequence in sequences { try transaction.settle(sequence) }
            } catch {
                throw Problem(error)
            }
        }
    }
}
