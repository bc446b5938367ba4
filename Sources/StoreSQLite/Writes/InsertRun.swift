import Store
import Values

/// One run of an insert.
struct InsertRun {
    let insert: SQLiteInsert
    let run: ProgramRun

    private var table: Table { insert.table }

    /// Numbers the rows that want it and judges all of them, then writes them.
    ///
    /// A rule may look at the number, but who may not create uses none up: whoever could would soon
    /// have taken all that an int32 column has.
    func write(_ new: NewRows) throws(WriteRefusal) -> WriteResult {
        var new = new
        let numbered = insert.conflict?.numbered(new.rows) ?? []
        let numbers = try number(&new.rows)
        try insert.checks?.judge(new.rows, run)
        if let numbers, let sequence = table.identity?.sequence {
            run.transaction.use(numbers, of: sequence)
        }
        let fates = try insert.conflict?.fates(of: new, numbered: numbered, run)
        try requireFaultless(new.rows, fates)
        return try write(new, fates)
    }

    /// Gives the upcoming numbers to the rows without; nil if there are none such.
    private func number(
        _ rows: inout [NewRow]
    ) throws(WriteRefusal) -> ClosedRange<Int64>? {
        guard let identity = table.identity else { return nil }
        let wanting = rows.count { $0.values[identity.column].isNull }
        if wanting == 0 { return nil }
        let numbers = try refused { () throws(DatabaseError) in
            try run.transaction.upcomingNumbers(wanting, of: identity.sequence)
        }
        var given = numbers.makeIterator()
        for index in rows.indices where rows[index].values[identity.column].isNull {
            guard let number = given.next() else { break }
            rows[index].values[identity.column] = .integer(number)
        }
        return numbers
    }

    private func requireFaultless(
        _ rows: [NewRow], _ fates: [ConflictStatements.Fate]?
    ) throws(WriteRefusal) {
        for index in rows.indices {
            switch fates?[index] ?? .insert {
            case .insert: if let fault = rows[index].fault { throw .faulty(fault) }
            case .update: if let fault = rows[index].updateFault { throw .faulty(fault) }
            case .skip: break
            }
        }
    }

    private func write(
        _ new: NewRows, _ fates: [ConflictStatements.Fate]?
    ) throws(WriteRefusal) -> WriteResult {
        // PostgreSQL checks references when the statement ends, so rows of one body may refer to
        // one another in any order.
        if insert.refersToItself, new.rows.count > 1 {
            try refused { () throws(DatabaseError) in try run.transaction.deferForeignKeys() }
        }
        var rowIDs: [Int64] = []
        rowIDs.reserveCapacity(new.rows.count)
        var inserted = 0
        for (index, row) in new.rows.enumerated() {
            switch fates?[index] ?? .insert {
            case .skip: continue
            case .insert:
                guard let rowID = try insert(row, isLast: index == new.rows.count - 1) else {
                    continue
                }
                rowIDs.append(rowID)
                inserted += 1
            case .update(let rowID):
                let written = try insert.conflict?.update(rowID, with: row, new.stamps, run)
                if let written { rowIDs.append(written) }
            }
        }
        if run.transaction.hasUnresolvedForeignKeys { try requireParents(of: new.rows, fates) }
        return try result(rowIDs, inserted: inserted)
    }

    private func result(_ rowIDs: [Int64], inserted: Int) throws(WriteRefusal) -> WriteResult {
        try insert.returning.require(rowIDs.count)
        var result = WriteResult(affected: rowIDs.count, inserted: inserted)
        result.body = try insert.returning.body(of: rowIDs, run)
        if let key = insert.key, rowIDs.count == 1 {
            let arguments = run.arguments(key, .integer(rowIDs[0]))
            result.key = try run.first(
                key, arguments, count: table.primaryKey.columns.count)
        }
        return result
    }

    /// The rowid; nil when the database left the row out, as a trigger of before may have it.
    ///
    /// What is wrong with rows behind it comes before its own lack of a parent, which PostgreSQL
    /// looks for when the statement ends.
    private func insert(_ row: NewRow, isLast: Bool) throws(WriteRefusal) -> Int64? {
        do throws(DatabaseError) {
            let count = try run.transaction.run(
                text: insert.statement,
                arguments: insert.given.map { $0.map { row.values[$0] } } ?? row.values,
                run.context)
            if count == 0 { return nil }
        } catch {
            if error == .foreignKey, !isLast {
                try refused { () throws(DatabaseError) in try run.transaction.deferForeignKeys() }
                return try insert(row, isLast: true)
            }
            throw try InsertProbe(run: run, table: table).refusal(error, inserting: row.values)
        }
        return run.transaction.lastInsertRowID
    }

    private func requireParents(
        of rows: [NewRow], _ fates: [ConflictStatements.Fate]?
    ) throws(WriteRefusal) {
        let probe = InsertProbe(run: run, table: table)
        for (index, row) in rows.enumerated() where fates?[index].writes ?? true {
            if let violation = try probe.missingParent(of: row.values) {
                throw .violation(violation)
            }
        }
    }
}
