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
        switch refusal {
        case .check: .refusal(.check(number))
        case .fault: fault.map { .refusal(.faulty($0)) } ?? .unexplained
        case .tooMany: .refusal(.tooManyAffected(number))
        case .notSingular: .refusal(.notSingular(number))
        case .invisible: .refusal(.invisibleRow)
        case .conflict, .repeated, .taken: .unexplained
        }
    }

    /// Finds the first row as it would be, or of those that are held as it is.
    private func lookUp(
        _ constraint: BrokenConstraint, else other: BrokenConstraint? = nil
    ) -> Explanation {
        let statement = ProgramStatement(dialect) { appendImages(constraint, to: &$0) }
        let run = ProgramRun(
            statement: statement,
            arguments: statement.sql.makeArguments { source in
                switch source {
                case .operand: operands.value(source)
                case .column(let column): assignments.first { $0.column == column }?.value
                case .oldColumn: nil
                }
            }, context: context)
        return .lookUp(
            LookUp(run: run, types: table.columns.map(\.type)) { [self] row in
                if row == nil, let other { return lookUp(other) }
                return table.explanation(constraint, row)
            })
    }

    private func appendImages(_ constraint: BrokenConstraint, to writer: inout ProgramWriter) {
        var assigned = assignments.map(\.column)
        if case .stillReferenced = constraint { assigned = [] }
        let alias = target.alias
        writer.define(Alias.new, of: table, assigning: assigned, else: alias)
        let key = table.columns(table.primaryKey.columns, of: alias)
        writer.expression("\"_apus_images\"") { writer in
            writer.append("SELECT *")
            writer.appendTurn(of: constraint, of: table, as: "_apus_some")
            writer.append(" FROM (SELECT ")
            for (index, value) in table.columns(table.columns.indices, of: Alias.new).enumerated() {
                if index > 0 { writer.append(", ") }
                writer.sql.append(value)
                writer.append(" AS ")
                writer.append(identifier: table.columns[index].name)
            }
            writer.append(", row_number() OVER (ORDER BY ")
            writer.append(list: key)
            writer.append(") AS \(Name.place)")
            for (index, value) in key.enumerated() {
                writer.append(", ")
                writer.sql.append(value)
                writer.append(" AS \"_apus_k\(index)\"")
            }
            writer.append(" FROM ")
            writer.append(table.name, as: alias)
            writer.sql.appendWhere(target.conditions)
            writer.append(") AS \(Name.some)")
        }
        writer.append(" SELECT ")
        writer.append(table.columns.indices, of: table)
        writer.append(" FROM \"_apus_images\"")
        // As for a check and NULL, the first row will do: all get the same values.
        switch constraint {
        case .notNull, .check: break
        case .unique, .missingParent, .stillReferenced:
            writer.append(
                breaking: constraint, of: table, images: "_apus_images", check: nil
            ) { writer in
                writer.append(
                    table.primaryKey.columns.enumerated().map { index, column in
                        .column(
                            "_apus_k\(index)", of: "_apus_images",
                            type: table.columns[column].type)
                    }, equal: table.columns(table.primaryKey.columns, of: Alias.other))
            }
        }
        writer.append(" ORDER BY \(Name.place) LIMIT 1")
    }
}
