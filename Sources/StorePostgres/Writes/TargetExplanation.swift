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
            return lookUp(.missingParent(own), else: constraint)
        }
        return lookUp(constraint)
    }

    private func explain(_ refusal: ProgramRefusal, _ number: Int) -> Explanation {
        if case .fault = refusal {
            return fault.map { .refusal(.faulty($0)) } ?? .unexplained
        }
        return refusal.meaning(number).map { .refusal($0) } ?? .unexplained
    }

    /// Finds the first row as it would be, or of those that are held as it is.
    ///
    /// - Parameter other: what is broken where no row breaks the constraint.
    private func lookUp(
        _ constraint: BrokenConstraint, else other: BrokenConstraint? = nil
    ) -> Explanation {
        let statement = ProgramStatement(dialect) { append(constraint, to: &$0) }
        let run = ProgramRun(
            statement: statement, arguments: statement.sql.arguments(operands, assignments),
            context: context)
        return .lookUp(
            LookUp(run: run, types: table.columns.map(\.type)) { [self] row in
                if row == nil, let other { return lookUp(other) }
                return table.explanation(constraint, row)
            })
    }

    /// All rows get the same values: for a check the first one will do.
    private func append(_ constraint: BrokenConstraint, to writer: inout ProgramWriter) {
        var assigned = assignments.map(\.column)
        if case .stillReferenced = constraint { assigned = [] }
        writer.define(Alias.new, of: table, assigning: assigned, else: target.alias)
        let key = table.primaryKey.columns
        writer.append(
            firstBreaking: constraint, of: table,
            isItself: { [table] writer in
                writer.append(
                    key.enumerated().map { index, column in
                        .column(
                            Name.key(index), of: Name.images, type: table.columns[column].type)
                    }, equal: table.columns(key, of: Alias.other))
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
