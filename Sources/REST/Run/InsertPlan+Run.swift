import Bytes
import Database
import Diagnostics
import Schema
import Values

extension InsertPlan {
    /// What becomes of one row of the body.
    private enum Fate {
        case insert
        case update(rowid: Int64)
        case skip
    }

    /// Gives numbers to the rows that want them, then writes all of them.
    func run(_ run: WriteRun) throws(Problem) -> WriteResult {
        guard let identity = model.identity, let sequence = model.sequence else {
            return try write(run)
        }
        var numbered = self
        for index in rows.indices where rows[index].values[identity].isNull {
            do throws(DatabaseError) {
                let number = try run.transaction.nextNumber(of: sequence)
                numbered.rows[index].values[identity] = .integer(number)
            } catch {
                throw Problem(error)
            }
            numbered.rows[index].isNumbered = true
        }
        return try numbered.write(run)
    }

    /// Rules first, for all rows and as the tables stand before the statement; then the rows.
    ///
    /// The create rule is judged before any key is looked up, as in PostgreSQL: who may not create
    /// is not told which keys are there.
    private func write(_ run: WriteRun) throws(Problem) -> WriteResult {
        for row in rows { try checkProposed(row, run) }
        let fates = try fates(run)
        let statement = insertStatement(run)
        if refersToItself { try run.deferForeignKeys() }
        var keys: [Int64] = []
        keys.reserveCapacity(rows.count)
        var inserted = 0
        for (row, fate) in zip(rows, fates) {
            switch fate {
            case .skip: continue
            case .insert:
                keys.append(try insert(row, statement, run))
                inserted += 1
            case .update(let rowid): keys.append(try update(row, rowid, run))
            }
        }
        if refersToItself { try checkReferences(run) }
        try run.judge(keys.count, returning)
        let isMerge = conflict?.resolution == .merge
        var result = WriteResult(status: isMerge && inserted == 0 ? 200 : 201, affected: keys.count)
        if returning.hasRepresentation {
            result.body = try run.representation(of: keys, returning)
        } else if returning.preference == .headersOnly, keys.count == 1 {
            result.location = try location(of: keys[0], run)
        }
        return result
    }

    /// PostgreSQL checks references when the statement ends, so rows of one body may refer to one
    /// another in any order.
    private var refersToItself: Bool {
        rows.count > 1 && model.references.contains { $0.target == model.name }
    }

    private func checkReferences(_ run: WriteRun) throws(Problem) {
        let probe = ConstraintProbe(run: run, model: model, shown: shownColumns)
        for row in rows {
            if let problem = try probe.missingParent(of: row.values) { throw problem }
        }
    }

    private func fates(_ run: WriteRun) throws(Problem) -> [Fate] {
        var fates: [Fate] = []
        fates.reserveCapacity(rows.count)
        var seen: Set<[Value]> = []
        for row in rows {
            let fate = try fate(of: row, &seen, run)
            switch fate {
            case .insert: if let problem = row.problem { throw problem }
            case .update(let rowid): try checkUpdate(row, rowid, run)
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
        var builder = run.makeBuilder()
        builder.appendLookup(conflict.key, values: key, of: model)
        guard let rowid = try run.look(builder).first else { return .insert }
        return conflict.resolution == .ignore ? .skip : .update(rowid: rowid)
    }

    private func checkProposed(_ row: NewRow, _ run: WriteRun) throws(Problem) {
        for check in checks where try !run.passes(check.rule, new: row.values, model: model) {
            throw refusal(of: check, run)
        }
    }

    private func refusal(of check: RowCheck, _ run: WriteRun) -> Problem {
        if let column = check.column {
            return .forbiddenColumn(
                model.columns[column].name, of: model.name, isAnonymous: run.isAnonymous)
        }
        return .rowSecurity(table: model.name, isAnonymous: run.isAnonymous)
    }

    /// PostgreSQL's rule: a row that is in the way must pass the update's `using` and the read
    /// rule, else it is an error. Its words are those of every refusal.
    private func checkUpdate(_ row: NewRow, _ rowid: Int64, _ run: WriteRun) throws(Problem) {
        guard let conflict else { return }
        let rules = conflict.update
        for rule in rules.using {
            if case .everybody = rule { continue }
            var builder = run.makeBuilder()
            builder.append("SELECT 1 FROM ")
            builder.append(table: model.name, as: StatementBuilder.oldAlias)
            builder.append(" WHERE ")
            builder.append(rule, of: StatementBuilder.oldAlias)
            builder.append(" AND ")
            builder.appendRow(rowid, of: StatementBuilder.oldAlias)
            if try run.look(builder).isEmpty {
                throw .rowSecurity(table: model.name, isAnonymous: run.isAnonymous)
            }
        }
        let checks = rules.checks.filter { if case .everybody = $0.rule { false } else { true } }
        if !checks.isEmpty {
            var builder = run.makeBuilder()
            builder.appendViolation(of: checks, model: model, assignments(row), alias: "_apus_0") {
                $0.append(" WHERE ")
                $0.appendRow(rowid, of: "_apus_0")
            }
            if let failed = try run.look(builder).first {
                throw refusal(of: checks[Int(failed)], run)
            }
        }
        if let problem = row.updateProblem { throw problem }
    }

    private func assignments(_ row: NewRow) -> [Assignment] {
        guard let conflict else { return [] }
        let stamps = conflict.update.stamps
        let changed = given.filter { column in
            !conflict.key.contains(column) && !stamps.contains { $0.column == column }
        }
        return changed.map { Assignment(column: $0, value: row.values[$0]) } + stamps
    }

    /// The text of the INSERT, the same for every row: its arguments are a row's values.
    private func insertStatement(_ run: WriteRun) -> String {
        var builder = run.makeBuilder()
        builder.appendInsert(
            into: model, values: [Value](repeating: .null, count: model.columns.count))
        return builder.sql.text
    }

    private func insert(_ row: NewRow, _ statement: String, _ run: WriteRun) throws(Problem)
        -> Int64
    {
        do throws(DatabaseError) {
            _ = try run.transaction.run(
                text: statement, arguments: row.values, run.context)
        } catch {
            throw try ConstraintProbe(run: run, model: model, shown: shownColumns)
                .problem(error, inserting: row.values)
        }
        return run.transaction.lastInsertRowID
    }

    private func update(_ row: NewRow, _ rowid: Int64, _ run: WriteRun) throws(Problem) -> Int64 {
        let assignments = assignments(row)
        guard !assignments.isEmpty else { return rowid }
        let alias = "_apus_0"
        var builder = run.makeBuilder()
        builder.appendUpdate(of: model, as: alias, assignments)
        builder.append(" WHERE ")
        builder.appendRow(rowid, of: alias)
        // Where the rowid is the table's key, the update may change it.
        builder.append(" RETURNING rowid")
        do throws(DatabaseError) {
            return try run.integers(builder).first ?? rowid
        } catch {
            throw try ConstraintProbe(run: run, model: model, shown: shownColumns)
                .problem(error, updating: assignments, alias: alias) {
                    $0.append(" WHERE ")
                    $0.appendRow(rowid, of: alias)
                }
        }
    }

    /// `/table?pk=eq.value`; nil where the caller may not read the key or the row.
    private func location(of rowid: Int64, _ run: WriteRun) throws(Problem) -> String? {
        guard model.primaryKey.allSatisfy(shownColumns.contains) else { return nil }
        var builder = run.makeBuilder()
        builder.append("SELECT ")
        for (index, column) in model.primaryKey.enumerated() {
            if index > 0 { builder.append(", ") }
            builder.append(column: model.columns[column].name, of: StatementBuilder.oldAlias)
        }
        builder.append(" FROM ")
        builder.append(table: model.name, as: StatementBuilder.oldAlias)
        builder.append(" WHERE ")
        builder.appendRow(rowid, of: StatementBuilder.oldAlias)
        builder.append(" AND ")
        builder.append(returning.table.rule, of: StatementBuilder.oldAlias)
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

extension StatementBuilder {
    /// `"alias".rowid = n`
    mutating func appendRow(_ rowid: Int64, of alias: String) {
        append(rowOf: alias)
        append(" = ")
        append(.integer(rowid))
    }
}
