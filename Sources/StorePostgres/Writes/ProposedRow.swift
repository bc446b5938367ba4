import Store
import Values

/// A proposed row, and what is known of it before the database is asked.
struct ProposedRow: Sendable {
    /// What is known of a row.
    struct Marks: OptionSet, Sendable {
        let rawValue: Int32
        /// It cannot be inserted.
        static let isFaulty = Marks(rawValue: 1)
        /// It cannot be written into a row that is there.
        static let isFaultyUpdate = Marks(rawValue: 2)
        /// A row before it has its key.
        static let isRepeated = Marks(rawValue: 4)
        /// The store numbers a part of the key, so that the row is none of those there.
        static let isNumbered = Marks(rawValue: 8)
    }

    let values: [Value]
    var marks: Marks = []
}

extension InsertProgram {
    /// The rows of a run, marked with what is known of them. A key that is proposed twice is told
    /// here, where it costs least.
    func proposed(_ rows: [NewRow]) -> [ProposedRow] {
        var proposed = rows.map { row in
            var marks: ProposedRow.Marks = []
            if row.fault != nil { marks.insert(.isFaulty) }
            if row.updateFault != nil { marks.insert(.isFaultyUpdate) }
            return ProposedRow(values: row.values, marks: marks)
        }
        guard let conflict else { return proposed }
        let identity = table.identity?.column
        var seen: Set<[Value]> = []
        for place in proposed.indices {
            let key = conflict.key.map { proposed[place].values[$0] }
            if let identity, conflict.key.contains(identity),
                proposed[place].values[identity].isNull
            {
                proposed[place].marks.insert(.isNumbered)
            } else if !key.contains(.null), proposed.count > 1, !seen.insert(key).inserted {
                proposed[place].marks.insert(.isRepeated)
            }
        }
        return proposed
    }
}
