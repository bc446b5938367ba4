import Diagnostics
import PostgresWire
import Store
import Values

/// Why an UPDATE or DELETE was refused.
struct TargetExplanation: Sendable {
    let target: WriteTarget
    let assignments: [Assignment]
    let fault: Problem?
    let operands: Operands
    let context: QueryContext
    let dialect: PostgresDialect

    private typealias Name = ProgramWriter.Name
    private var table: Table { target.table }

    func explain(_ error: ServerError) -> Explanation {
        if let (refusal, number) = ProgramRefusal.find(in: error) {
            return explain(refusal, number)
        }
        let isChange = !assignments.isEmpty
        guard
            let constraint = BrokenConstraint(error, of: table, isChange: true)
                ?? BrokenConstraint(error, of: table, isChange: false)
        else { return .unexplained }
        if case .stillReferenced(let reference) = constraint, isChange,
            let own = table.references.first(where: { $0.name == reference.name }),
            assignments.contains(where: { own.columns.contains($0.column) })
        {
            return lookUp(
                [.missingParent(own), constraint], else: table.explanation(constraint, nil))
        }
        return lookUp([constraint], else: table.explanation(constraint, nil))
    }

    private func explain(_ refusal: ProgramRefusal, _ number: Int) -> Explanation {
        if case .fault = refusal {
            return fault.map { .refusal(.faulty($0)) } ?? .unexplained
        }
        let meaning = refusal.meaning(number).map { Explanation.refusal($0) } ?? .unexplained
        return refusal.isOfWrittenRows ? lookUp(references[...], else: meaning) : meaning
    }

    /// The references that the rows written may break.
    private var references: [BrokenConstraint] {
        let references = assignments.isEmpty ? table.dependents : table.references
        return references.compactMap { reference in
            if assignments.isEmpty {
                return reference.holdsRows ? .stillReferenced(reference) : nil
            }
            let isAssigned = assignments.contains { reference.columns.contains($0.column) }
            return isAssigned ? .missingParent(reference) : nil
        }
    }

    /// Finds the first row as it would be, or of those that are held as it is, that breaks the
    /// first constraint that any row breaks.
    ///
    /// - Parameter other: what is told where there is none.
    private func lookUp(
        _ constraints: ArraySlice<BrokenConstraint>, else other: Explanation
    ) -> Explanation {
        guard let constraint = constraints.first else { return other }
        let statement = ProgramStatement(dialect, .once) { append(constraint, to: &$0) }
        let run = ProgramRun(
            statement, statement.sql.arguments(operands, assignments), context)
        return .lookUp(
            LookUp(run: run, types: table.columns.map(\.type)) { [self] row in
                row == nil
                    ? lookUp(constraints.dropFirst(), else: other)
                    : table.explanation(constraint, row)
            })
    }

    /// All rows get the same values: for a check the first one will do.
    private func append(_ constraint: BrokenConstraint, to writer: inout ProgramWriter) {
        var assigned = assignments.map(\.column)
        if case .stillReferenced = constraint { assigned = [] }
        writer.define(Alias.new, of: table, assigning: assigned, else: target.alias)
        let key = table.primaryKey.columns
        writer.append(
            firstBreaking: constraint, of: table, isDelete: assignments.isEmpty,
            isItself: { [table, target] writer in
                writer.append(
                    target.keyColumns(of: Name.images), equal: table.columns(key, of: Alias.other))
            }, in: appendImages)
    }

    /// The rows as they would be, and their primary keys as they are.
    private func appendImages(to writer: inout ProgramWriter) {
        let key = table.columns(table.primaryKey.columns, of: target.alias)
        writer.append("SELECT ")
        for (index, value) in table.columns(table.columns.indices, of: Alias.new).enumerated() {
            writer.sql.append(value)
            writer.append(" AS ")
            writer.append(identifier: table.columns[index].name)
            writer.append(", ")
        }
        for (index, value) in key.enumerated() {
            writer.sql.append(value)
            writer.append(" AS \(Name.key(index)), ")
        }
        writer.append("row_number() OVER (ORDER BY ")
        writer.append(list: key)
        writer.append(") AS \(Name.place) FROM ")
        writer.append(table.name, as: target.alias)
        writer.sql.appendWhere(target.conditions)
    }
}
