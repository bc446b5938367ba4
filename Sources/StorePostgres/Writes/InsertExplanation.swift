import Diagnostics
import PostgresWire
import Store
import Values

/// Why an insert was refused.
struct InsertExplanation: Sendable {
    let insert: PostgresInsert
    let new: NewRows
    /// See ``InsertStatement/stamped``.
    let stamped: [Int]
    let run: ProgramRun

    private typealias Name = ProgramWriter.Name
    private var program: InsertProgram { insert.program }
    private var dialect: PostgresDialect { insert.engine.dialect }
    private var table: Table { program.table }

    func explain(_ error: ServerError) -> Explanation {
        if let (refusal, number) = ProgramRefusal.find(in: error) {
            return explain(refusal, number)
        }
        if error.sqlState == .sequenceGeneratorLimitExceeded { return exhausted }
        // Keys that are sent were told apart before: a number that the store has given is one of
        // them.
        if error.sqlState == .cardinalityViolation, program.conflict != nil { return taken(nil) }
        let isMerge = program.conflict?.resolution == .merge
        guard let constraint = BrokenConstraint(error, of: table, isChange: isMerge) else {
            return .unexplained
        }
        return explain(constraint)
    }

    private func explain(_ refusal: ProgramRefusal, _ number: Int) -> Explanation {
        switch refusal {
        case .taken: taken(number)
        case .fault: fault(of: number)
        case .check, .conflict, .repeated, .tooManyFound, .tooMany, .notSingular, .invisible:
            meaning(of: refusal, number)
        }
    }

    private func meaning(of refusal: ProgramRefusal, _ number: Int) -> Explanation {
        let meaning = refusal.meaning(number).map { Explanation.refusal($0) } ?? .unexplained
        guard refusal.isOfWrittenRows else { return meaning }
        return lookUpParents(table.references[...], else: meaning)
    }

    /// Tells the first row without a parent, and of that row the first reference.
    ///
    /// - Parameters:
    ///   - place: the row must come before this one.
    ///   - other: what is told where there is none.
    private func lookUpParents(
        _ references: ArraySlice<Table.Reference>, before place: Int = .max,
        else other: Explanation
    ) -> Explanation {
        guard let reference = references.first else { return other }
        let constraint = BrokenConstraint.missingParent(reference)
        return lookUp(constraint, check: nil) { [self] found in
            let first = new.rows.firstIndex { row in
                reference.columns.allSatisfy { row.values[$0] == found?[$0] }
            }
            guard found != nil, let first, first < place else {
                return lookUpParents(references.dropFirst(), before: place, else: other)
            }
            return lookUpParents(
                references.dropFirst(), before: first,
                else: table.explanation(constraint, found))
        }
    }

    private var exhausted: Explanation {
        guard let sequence = table.identity?.sequence else { return .unexplained }
        let exhausted = DatabaseError.sequenceExhausted(
            name: sequence.name, maximum: sequence.maximum)
        return .refusal(.failed(Problem(exhausted)))
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
        if case .stillReferenced(let reference) = constraint,
            let own = table.references.first(where: { $0.name == reference.name })
        {
            // A table that refers to itself: a row without a parent is likelier.
            let parent = BrokenConstraint.missingParent(own)
            return lookUp(parent, check: nil) { [self] row in
                row == nil ? lookUp(constraint, check: nil) : table.explanation(parent, row)
            }
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
        let relation = PostgresDialect.literal(dialect.table(table.name))
        let statement = ProgramStatement(dialect, .once) { writer in
            writer.expression(Name.checks) { writer in
                writer.append(
                    "SELECT pg_get_expr(conbin, conrelid) AS \(Name.check) FROM pg_constraint"
                        + " WHERE conrelid = \(relation)::regclass"
                        + " AND conname = \(PostgresDialect.literal(name))")
            }
            writer.append(" SELECT \(Name.check) FROM \(Name.checks)")
        }
        return ProgramRun(statement, [], run.context)
    }

    /// Finds the first row that breaks a constraint, as it would be.
    ///
    /// - Parameter explain: what follows from the row; nil to tell that it breaks the constraint.
    private func lookUp(
        _ constraint: BrokenConstraint, check: String?,
        explain: (@Sendable ([Value]?) -> Explanation)? = nil
    ) -> Explanation {
        let statement = ProgramStatement(dialect, .once) { writer in
            writer.append(
                firstBreaking: constraint, of: table, check: check, isItself: isMerged,
                in: appendImages)
        }
        let search = ProgramRun(
            statement, statement.sql.arguments(Operands(), new.stamps),
            rows: run.rows.filter { !$0.marks.contains(.isRepeated) }, run.context)
        return .lookUp(
            LookUp(run: search, types: table.columns.map(\.type)) { [table] row in
                explain?(row) ?? table.explanation(constraint, row)
            })
    }

    /// Whether a row that is there is the one that an image is merged into.
    private var isMerged: ProgramWriter.Part? {
        guard let conflict = program.conflict, conflict.resolution == .merge else { return nil }
        return { [table] writer in
            writer.append(
                table.columns(conflict.key, of: Name.images),
                equal: table.columns(conflict.key, of: Alias.other))
        }
    }

    // MARK: Images

    /// The rows as they would be: proposed ones, and those that are there with what changes. What
    /// is left out is none of them.
    private func appendImages(to writer: inout ProgramWriter) {
        let merged = program.conflict.flatMap { $0.resolution == .merge ? $0 : nil }
        writer.append("SELECT ")
        for index in table.columns.indices {
            appendImage(of: index, merged, to: &writer)
            writer.append(", ")
        }
        writer.append("\(Name.subquery).\(Name.place) FROM unnest(")
        for (index, column) in table.columns.enumerated() {
            if index > 0 { writer.append(", ") }
            writer.append(.column(index), column.type)
        }
        writer.append(") WITH ORDINALITY AS \(Name.subquery)(")
        writer.append(table.columns.indices, of: table)
        writer.append(", \(Name.place))")
        guard let conflict = program.conflict else { return }
        let isMerge = conflict.resolution == .merge
        writer.append(isMerge ? " LEFT JOIN " : " WHERE NOT EXISTS (SELECT 1 FROM ")
        writer.append(table.name, as: Alias.old)
        writer.append(isMerge ? " ON " : " WHERE ")
        writer.append(
            table.columns(conflict.key, of: Alias.old),
            equal: table.columns(conflict.key, of: Name.subquery))
        if !isMerge { writer.append(")") }
    }

    /// - Parameter conflict: what a row is merged by; nil for a new one.
    private func appendImage(
        of column: Int, _ conflict: InsertProgram.Conflict?, to writer: inout ProgramWriter
    ) {
        let proposed = table.column(column, of: Name.subquery)
        guard let conflict else { return writer.sql.append(proposed) }
        let old = table.column(column, of: Alias.old)
        writer.append("CASE WHEN ")
        writer.append(
            table.primaryKey.columns.prefix(1), of: table, quoted(identifier: Alias.old) + ".")
        writer.append(" IS NULL THEN ")
        writer.sql.append(proposed)
        writer.append(" ELSE ")
        if stamped.contains(column) {
            writer.sql.append(table.argument(column))
        } else {
            writer.sql.append(conflict.changed.contains(column) ? proposed : old)
        }
        writer.append(" END AS ")
        writer.append(identifier: table.columns[column].name)
    }
}

extension ProgramWriter.Name {
    /// What the catalogue says of checks.
    fileprivate static let checks = "_apus_checks"
    fileprivate static let check = "_apus_check"
}
