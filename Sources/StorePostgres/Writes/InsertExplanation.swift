import Diagnostics
import PostgresWire
import Store
import Values

/// Why an insert was refused.
struct InsertExplanation: Sendable {
    let program: InsertProgram
    let new: NewRows
    /// See ``InsertStatement/stamped``.
    let stamped: [Int]
    let run: ProgramRun
    let dialect: PostgresDialect

    private typealias Name = ProgramWriter.Name
    private var table: Table { program.table }

    func explain(_ error: ServerError) -> Explanation {
        if let (refusal, number) = ProgramRefusal.find(in: error) {
            return explain(refusal, number)
        }
        switch error.sqlState.text {
        case "2200H":
            guard let sequence = table.identity?.sequence else { return .unexplained }
            let exhausted = DatabaseError.sequenceExhausted(
                name: sequence.name, maximum: sequence.maximum)
            return .refusal(.failed(Problem(exhausted)))
        // Keys that are sent were told apart before: a number that the store has given is one of
        // them.
        case "21000": return program.conflict == nil ? .unexplained : taken(nil)
        default: break
        }
        guard
            let constraint = BrokenConstraint(
                error, of: table, isChange: program.conflict?.resolution == .merge)
        else { return .unexplained }
        return explain(constraint)
    }

    private func explain(_ refusal: ProgramRefusal, _ number: Int) -> Explanation {
        switch refusal {
        case .check: .refusal(.check(number))
        case .conflict:
            .refusal(number == ProgramRefusal.hidden ? .hiddenRow : .conflictCheck(number))
        case .repeated: .refusal(.repeatedConflict)
        case .taken: taken(number)
        case .fault: fault(of: number)
        case .tooMany: .refusal(.tooManyAffected(number))
        case .notSingular: .refusal(.notSingular(number))
        case .invisible: .refusal(.invisibleRow)
        }
    }

    /// The fault of a row by its place, negative for that of an update.
    private func fault(of place: Int) -> Explanation {
        let index = abs(place) - 1
        guard new.rows.indices.contains(index) else { return .unexplained }
        let row = new.rows[index]
        return (place < 0 ? row.updateFault : row.fault).map { .refusal(.faulty($0)) }
            ?? .unexplained
    }

    private func taken(_ number: Int?) -> Explanation {
        guard let conflict = program.conflict,
            let key = table.keys.first(where: { Set($0.columns) == Set(conflict.key) })
        else { return .unexplained }
        let values = key.columns.count == 1 ? number.map { [Value.integer(Int64($0))] } : nil
        return .refusal(.violation(.unique(key.name, columns: key.columns, values: values)))
    }

    // MARK: Constraints

    private func explain(_ constraint: BrokenConstraint) -> Explanation {
        if new.rows.count == 1, program.conflict == nil {
            return table.explanation(constraint, new.rows[0].values)
        }
        guard case .check(let name) = constraint else { return lookUp(constraint, check: nil) }
        return .lookUp(
            LookUp(run: condition(ofCheck: name), types: [.text]) { [self] found in
                guard case .text(let check)? = found?.first else {
                    return table.explanation(constraint, nil)
                }
                return lookUp(constraint, check: check)
            })
    }

    /// Finds what a check asks, over bare names of columns.
    private func condition(ofCheck name: String) -> ProgramRun {
        let relation = PostgresDialect.literal(quoted(identifier: table.name))
        let statement = ProgramStatement(dialect) { writer in
            writer.expression("\"_apus_checks\"") { writer in
                writer.append(
                    "SELECT pg_get_expr(conbin, conrelid) AS \"_apus_check\" FROM pg_constraint"
                        + " WHERE conrelid = \(relation)::regclass"
                        + " AND conname = \(PostgresDialect.literal(name))")
            }
            writer.append(" SELECT \"_apus_check\" FROM \"_apus_checks\"")
        }
        return ProgramRun(statement: statement, arguments: [], context: run.context)
    }

    /// Finds the first row that breaks a constraint, as it would be.
    private func lookUp(_ constraint: BrokenConstraint, check: String?) -> Explanation {
        let statement = ProgramStatement(dialect) {
            appendSearch(for: constraint, check: check, to: &$0)
        }
        let arguments = statement.sql.makeArguments { source in
            guard case .column(let column) = source else { return nil }
            return new.stamps.first { $0.column == column }?.value
        }
        let search = ProgramRun(
            statement: statement, arguments: arguments, rows: run.rows, context: run.context)
        return .lookUp(
            LookUp(run: search, types: table.columns.map(\.type)) { [table] row in
                table.explanation(constraint, row)
            })
    }

    private func appendSearch(
        for constraint: BrokenConstraint, check: String?, to writer: inout ProgramWriter
    ) {
        writer.expression("\"_apus_images\"") { writer in
            writer.append("SELECT *")
            writer.appendTurn(of: constraint, of: table, as: "_apus_some")
            writer.append(" FROM (")
            appendImages(to: &writer)
            writer.append(") AS \(Name.some)")
        }
        writer.append(" SELECT ")
        writer.append(table.columns.indices, of: table)
        writer.append(" FROM \"_apus_images\"")
        let key = program.conflict?.resolution == .merge ? program.conflict?.key : nil
        writer.append(
            breaking: constraint, of: table, images: "_apus_images", check: check,
            except: key.map { key in
                { writer in
                    writer.append(
                        table.columns(key, of: "_apus_images"),
                        equal: table.columns(key, of: Alias.other))
                }
            })
        writer.append(" ORDER BY \(Name.place) LIMIT 1")
    }

    /// The rows as they would be: proposed ones, and those that are there with what changes.
    private func appendImages(to writer: inout ProgramWriter) {
        let conflict = program.conflict
        let changed = conflict?.resolution == .merge ? conflict?.changed : nil
        writer.append("SELECT ")
        for (index, column) in table.columns.enumerated() {
            let name = quoted(identifier: column.name)
            let proposed = "\(Name.some).\(name)"
            if let changed {
                let old = "\(quoted(identifier: Alias.old)).\(name)"
                writer.append("CASE WHEN ")
                writer.append(table.primaryKey.columns.prefix(1), of: table, "\"_apus_old\".")
                writer.append(" IS NULL THEN \(proposed) ELSE ")
                if stamped.contains(index) {
                    writer.sql.append(table.argument(index))
                } else {
                    writer.append(changed.contains(index) ? proposed : old)
                }
                writer.append(" END AS \(name), ")
            } else {
                writer.append("\(proposed), ")
            }
        }
        writer.append("\(Name.some).\(Name.place) FROM unnest(")
        for (index, column) in table.columns.enumerated() {
            if index > 0 { writer.append(", ") }
            writer.append(.column(index), column.type)
        }
        writer.append(") WITH ORDINALITY AS \(Name.some)(")
        writer.append(table.columns.indices, of: table)
        writer.append(", \(Name.place))")
        guard let conflict, changed != nil else { return }
        writer.append(" LEFT JOIN ")
        writer.append(table.name, as: Alias.old)
        writer.append(" ON ")
        writer.append(
            table.columns(conflict.key, of: Alias.old),
            equal: table.columns(conflict.key, of: "_apus_some"))
    }
}
