import Store

extension InsertStatement {
    /// What is refused, in the order in which it is told.
    var refusals: [ProgramWriter.Part] {
        var refusals: [ProgramWriter.Part] = []
        if !program.checks.isEmpty {
            refusals.append { [program] writer in
                writer.sql.define(row: Alias.new) {
                    .column($0.name, of: Name.rows, type: $0.type)
                }
                writer.append(firstFailureOf: program.checks, in: Name.rows, as: Name.rows)
            }
        }
        if program.conflict?.resolution == .merge {
            refusals.append { writer in
                let mark = ProposedRow.Marks.isRepeated.rawValue
                writer.append("SELECT ")
                writer.append(.repeated)
                writer.append(" FROM \(Name.rows) WHERE \(Name.marks) & \(mark) <> 0 LIMIT 1")
            }
            refusals.append { writer in
                writer.append(.conflict) { $0.append(Name.there) }
            }
        }
        refusals.append { writer in appendFaults(to: &writer) }
        return refusals
    }

    /// Refuses the first row with a fault of what would become of it: its place, negative for one
    /// that is there.
    private func appendFaults(to writer: inout ProgramWriter) {
        let new = ProposedRow.Marks.isFaulty
        let any: ProposedRow.Marks = [.isFaulty, .isFaultyUpdate]
        writer.append(.fault) { writer in
            writer.append("(SELECT \(Name.place), CASE ")
            if let conflict = program.conflict { appendFaultsOfThere(conflict, to: &writer) }
            writer.append("WHEN \(Name.marks) & \(new.rawValue) <> 0 THEN \(Name.place) END")
            writer.append(" AS \(Name.failure) FROM \(Name.rows)")
            writer.append(" WHERE \(Name.marks) & \(any.rawValue) <> 0) AS \(Name.subquery)")
        }
    }

    /// Rows that repeat a key become none, and those that are there are left as they are or
    /// updated.
    private func appendFaultsOfThere(
        _ conflict: InsertProgram.Conflict, to writer: inout ProgramWriter
    ) {
        let repeated = ProposedRow.Marks.isRepeated.rawValue
        let update = ProposedRow.Marks.isFaultyUpdate.rawValue
        let ofUpdate =
            switch conflict.resolution {
            case .ignore: "NULL"
            case .merge: "CASE WHEN \(Name.marks) & \(update) <> 0 THEN -\(Name.place) END"
            }
        writer.append("WHEN \(Name.marks) & \(repeated) <> 0 THEN NULL ")
        writer.append("WHEN \(Name.place) IN (SELECT \(Name.place) FROM \(Name.there)) ")
        writer.append("THEN \(ofUpdate) ")
    }
}
