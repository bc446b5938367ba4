import Bytes
import Diagnostics
import Schema
import Store
import StoreSQLite
import Values

extension InsertPlan {
    /// What becomes of one row of the body.
    private enum Fate {
        case insert
        case update(rowid: Int64)
        case skip

        var writes: Bool { if case .skip = self { false } else { true } }
    }

    /// Numbers the rows that want it and judges all of them, then writes them.
    ///
    /// A rule may look at the number, but who may not create uses none up: whoever could would soon
    /// have taken all that an int32 column has.
    func run(_ run: WriteRun, _ new: NewRows) throws(Problem) -> WriteResult {
        var new = new
        let numbers = try number(&new.rows, run)
        for row in new.rows { try checkProposed(row, run) }
        if let numbers, let sequence = model.sequence {
            run.transaction.use(numbers, of: sequence)
        }
        return try write(new, run)
    }

    /// Gives the upcoming numbers to the rows without; nil if there are none such.
    private func number(
        _ rows: inout [NewRow], _ run: WriteRun
    ) throws(Problem) -> ClosedRange<Int64>? {
        guard let identity = model.identity, let sequence = model.sequence else { return nil }
        let wanting = rows.count { $0.values[identity].isNull }
        if wanting == 0 { return nil }
        let numbers = try worded { () throws(DatabaseError) in
            try run.transaction.upcomingNumbers(wanting, of: sequence)
        }
        var given = numbers.makeIterator()
        for index in rows.indices where rows[index].values[identity].isNull {
            guard let number = given.next() else { break }
            rows[index].values[identity] = .integer(number)
            rows[index].isNumbered = true
        }
        return numbers
    }

    /// Writes rows that the create rule has let pass.
    private func write(_ new: NewRows, _ run: WriteRun) throws(Problem) -> WriteResult {
        let fates = try fates(of: new, run)
        let refersToItself = refersToItself(new.rows)
        if refersToItself { try run.deferForeignKeys() }
        var keys: [Int64] = []
        keys.reserveCapacity(new.rows.count)
        var inserted = 0
        for (row, fate) in zip(new.rows, fates) {
            switch fate {
            case .skip: continue
            case .insert:
                guard let rowid = try insert(row, run) else { continue }
                keys.append(rowid)
                inserted += 1
            case .update(let rowid):
                if let rowid = try update(row, rowid, new.stamps, run) { keys.append(rowid) }
            }
        }
        if run.transaction.hasUnresolvedForeignKeys {
            try checkReferences(of: zip(new.rows, fates).filter { $1.writes }.map(\.0), run)
        }
        try returning.requireCount(keys.count)
        let isMerge = conflict?.resolution == .merge
        var result = WriteResult(status: isMerge && inserted == 0 ? 200 : 201, affected: keys.count)
        if let representation = returning.representation {
            result.body = try run.representation(representation, of: keys, returning)
        } else if returning.tellsLocation, keys.count == 1 {
            result.location = try location(of: keys[0], run)
        }
        return result
    }

    /// PostgreSQL checks references when the statement ends, so rows of one body may refer to one
    /// another in any order.
    private func refersToItself(_ rows: [NewRow]) -> Bool {
        rows.count > 1 && model.references.contains { $0.target == model.name }
    }

    private func checkReferences(of rows: [NewRow], _ run: WriteRun) throws(Problem) {
        let probe = ConstraintProbe(run: run, model: model, shown: shownColumns)
        for row in rows {
            if let problem = try probe.missingParent(of: row.values) { throw problem }
        }
    }

    private func fates(of new: NewRows, _ run: WriteRun) throws(Problem) -> [Fate] {
        var fates: [Fate] = []
        fates.reserveCapacity(new.rows.count)
        var seen: Set<[Value]> = []
        for row in new.rows {
            let fate = try fate(of: row, &seen, run)
            switch fate {
            case .insert: if let problem = row.problem { throw problem }
            case .update(let rowid): try checkUpdate(row, rowid, new.stamps, run)
            case .skip: break
            }
            fates.append(fate)
        }
        return fates
    }

    private func fate(of row: NewRow, _ seen: inout Set<[Value]>, _ run: WriteRun) throws(Problem)
        -> Fate
    {
        guard let conflict else { return .insert }
        let key = conflict.key.map { row.values[$0] }
        if key.contains(.null) { return .insert }
        // A number that happens to be taken does not mean the row that is there.
        if row.isNumbered, conflict.key.contains(where: { $0 == model.identity }) { return .insert }
        guard seen.insert(key).inserted else {
            if conflict.resolution == .ignore { return .skip }
            throw .repeatedConflict
        }
        guard let rowid = try run.look(conflict.lookup, key).first else { return .insert }
        return conflict.resolution == .ignore ? .skip : .update(rowid: rowid)
    }

    /// Judges the create rule as the tables stand before the statement, and before any key is
    /// looked up, as in PostgreSQL: who may not create is not told which keys are there.
    private func checkProposed(_ row: NewRow, _ run: WriteRun) throws(Problem) {
        for check in checks where try !run.passes(check.rule, new: row.values, model: model) {
            throw run.refusal(by: check, of: model)
        }
    }

    /// PostgreSQL's rule: a row that is in the way must pass the update's `using` and the read
    /// rule, else it is an error. Its words are those of every refusal.
    private func checkUpdate(
        _ row: NewRow, _ rowid: Int64, _ stamps: [Assignment], _ run: WriteRun
    ) throws(Problem) {
        guard let conflict else { return }
        let there = Value.integer(rowid)
        for rule in conflict.using {
            let arguments = rule.arguments(run.operands, rows: there)
            if try run.look(rule.text, arguments).isEmpty {
                throw .rowSecurity(table: model.name, isAnonymous: run.isAnonymous)
            }
        }
        if let violation = conflict.violation {
            let arguments = violation.arguments(
                run.operands, assigning: conflict.assignments(row, stamps), rows: there)
            if let failed = try run.look(violation.text, arguments).first {
                throw run.refusal(by: conflict.checks[Int(failed)], of: model)
            }
        }
        if let problem = row.updateProblem { throw problem }
    }

    /// The rowid; nil when the database left the row out, as a trigger of before may have it.
    private func insert(_ row: NewRow, _ run: WriteRun) throws(Problem) -> Int64? {
        do throws(DatabaseError) {
            let count = try run.transaction.run(
                text: statement, arguments: row.values, run.context)
            if count == 0 { return nil }
        } catch {
            throw try ConstraintProbe(run: run, model: model, shown: shownColumns)
                .problem(error, inserting: row.values)
        }
        return run.transaction.lastInsertRowID
    }

    /// The rowid that the row has then; nil when the database left the update out.
    private func update(
        _ row: NewRow, _ rowid: Int64, _ stamps: [Assignment], _ run: WriteRun
    ) throws(Problem) -> Int64? {
        guard let conflict, let update = conflict.update else { return rowid }
        let assignments = conflict.assignments(row, stamps)
        let arguments = update.arguments(
            run.operands, assigning: assignments, rows: .integer(rowid))
        do throws(DatabaseError) {
            return try run.integers(update.text, arguments).first
        } catch {
            throw try ConstraintProbe(run: run.about(rowid), model: model, shown: shownColumns)
                .problem(error, updating: assignments, alias: Alias.there) {
                    $0.append(" WHERE ")
                    $0.appendIsTouched(Alias.there)
                }
        }
    }

    /// `/table?pk=eq.value`; nil where the caller may not read the key or the row.
    private func location(of rowid: Int64, _ run: WriteRun) throws(Problem) -> String? {
        guard model.primaryKey.allSatisfy(shownColumns.contains) else { return nil }
        let run = run.about(rowid)
        var builder = run.makeBuilder()
        builder.append("SELECT ")
        builder.append(RowColumns(model, Alias.old, model.primaryKey))
        builder.append(" FROM ")
        builder.append(table: model.name, as: Alias.old)
        builder.append(" WHERE ")
        builder.appendIsTouched(Alias.old)
        builder.append(" AND ")
        builder.append(returning.table.rule, of: Alias.old)
        guard let values = try run.lookAtFirst(builder, count: model.primaryKey.count) else {
            return nil
        }
        let terms = zip(model.primaryKey, values).map { column, value in
            let name = PercentEncoding.encode(component: model.columns[column].name)
            guard let text = model.columns[column].type.text(of: value) else {
                return "\(name)=is.null"
            }
            return "\(name)=eq.\(PercentEncoding.encode(component: text))"
        }
        return "/\(PercentEncoding.encode(component: model.name))?\(terms.joined(separator: "&"))"
    }
}

extension ConflictPlan {
    /// What an update with the values of `row` writes.
    fileprivate func assignments(_ row: NewRow, _ stamps: [Assignment]) -> [Assignment] {
        changed.map { column in
            stamps.first { $0.column == column }
                ?? Assignment(column: column, value: row.values[column])
        }
    }
}
