import Diagnostics
import PostgresWire
import Store
import Values

/// What an error of the server's means for a write.
enum Explanation: Sendable {
    case refusal(WriteRefusal)
    /// That is found out by asking the database once more. What the server says itself of rows is
    /// for the eyes of its owner only, and is never looked at.
    case lookUp(LookUp)
    /// It says no more than its code.
    case unexplained
}

/// A question about the first row at fault, asked after the write was undone.
struct LookUp: Sendable {
    let run: ProgramRun
    /// The types of what it finds.
    let types: [ColumnType]
    /// What follows from the row; nil where there is none any more.
    let explain: @Sendable ([Value]?) -> Explanation
}

/// A constraint that the server found broken, without any value.
enum BrokenConstraint {
    case unique(Table.Key)
    case notNull(Int)
    case check(String)
    /// A reference of the table written, or of another one to it.
    case missingParent(Table.Reference)
    case stillReferenced(Table.Reference)

    /// Nil for what is none, or none of this table.
    ///
    /// - Parameter isChange: Whether rows that were there are written.
    init?(_ error: ServerError, of table: Table, isChange: Bool) {
        let isOwn = error.table == table.name
        guard let name = error.constraint ?? error.column else { return nil }
        switch error.sqlState.text {
        case "23505":
            guard isOwn, let key = table.keys.first(where: { $0.name == name }) else { return nil }
            self = .unique(key)
        case "23502":
            guard isOwn, let column = table.columns.firstIndex(where: { $0.name == error.column })
            else { return nil }
            self = .notNull(column)
        case "23514":
            guard isOwn else { return nil }
            self = .check(name)
        case "23503":
            // Of a table that refers to itself both may be meant.
            let own = isOwn ? table.references.first { $0.name == name } : nil
            let other = table.dependents.first { $0.name == name && $0.other == error.table }
            if let own, !isChange || other == nil {
                self = .missingParent(own)
            } else if let other {
                self = .stillReferenced(other)
            } else {
                return nil
            }
        default: return nil
        }
    }
}

extension ProgramWriter {
    /// ` WHERE …`: a row of `images` breaks a constraint.
    ///
    /// - Parameter check: the condition of a check as the server writes it.
    mutating func append(
        breaking constraint: BrokenConstraint, of table: Table, images: String,
        check: String?, except: ((inout ProgramWriter) -> Void)?
    ) {
        switch constraint {
        case .unique(let key):
            append(" WHERE ")
            append(all: table.columns(key.columns, of: images).map { .not(.isNull($0)) })
            append(" AND (\"_apus_turn\" > 1 OR EXISTS (SELECT 1 FROM ")
            append(table.name, as: Alias.other)
            append(" WHERE ")
            append(
                table.columns(key.columns, of: Alias.other),
                equal: table.columns(key.columns, of: images))
            if let except {
                append(" AND NOT coalesce(")
                except(&self)
                append(", false)")
            }
            append("))")
        case .notNull(let column):
            append(" WHERE ")
            append([column], of: table)
            append(" IS NULL")
        case .check: if let check { append(" WHERE NOT coalesce(\(check), true)") }
        case .missingParent(let reference):
            append(" WHERE ")
            append(all: table.columns(reference.columns, of: images).map { .not(.isNull($0)) })
            append(" AND NOT ")
            append(existenceIn: reference, table.columns(reference.columns, of: images))
        case .stillReferenced(let reference):
            append(" WHERE ")
            append(existenceIn: reference, table.columns(reference.columns, of: images))
        }
    }

    /// The number of a row among those with the same key, in their order.
    mutating func appendTurn(of constraint: BrokenConstraint, of table: Table, as alias: String) {
        guard case .unique(let key) = constraint else { return }
        append(", row_number() OVER (PARTITION BY ")
        append(list: table.columns(key.columns, of: alias))
        append(" ORDER BY ")
        append(identifier: alias)
        append(".\(Name.place)) AS \"_apus_turn\"")
    }

    private mutating func append(
        existenceIn reference: Table.Reference, _ values: [ValueExpression]
    ) {
        append("EXISTS (SELECT 1 FROM ")
        append(reference.other, as: Alias.other)
        append(" WHERE ")
        append(reference.otherColumns(of: Alias.other), equal: values)
        append(")")
    }
}

extension Table {
    /// What is told of a constraint: the values of a row, by column.
    func violation(
        _ constraint: BrokenConstraint, _ row: [Value]?
    ) -> ConstraintViolation? {
        func values(_ places: [Int]) -> [Value]? { row.map { row in places.map { row[$0] } } }
        switch constraint {
        case .unique(let key):
            return .unique(key.name, columns: key.columns, values: values(key.columns))
        case .notNull(let column): return .notNull(columns[column].name, row: row)
        case .check(let name): return .check(name, row: row)
        case .missingParent(let reference):
            return values(reference.columns).map { .missingParent(reference, values: $0) }
        case .stillReferenced(let reference):
            return values(reference.columns).map { .stillReferenced(reference, values: $0) }
        }
    }

    /// The refusal that a violation is; an error of no more words where its row is gone.
    func explanation(_ constraint: BrokenConstraint, _ row: [Value]?) -> Explanation {
        violation(constraint, row).map { .refusal(.violation($0)) }
            ?? .refusal(.failed(Problem(DatabaseError.foreignKey)))
    }
}
