import Diagnostics
import PostgresWire
import Store
import Values

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
        guard let name = error.constraint ?? error.column else { return nil }
        let state = error.sqlState
        let isOwn = error.table == table.name
        if state == .foreignKeyViolation || state == .restrictViolation {
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
        } else if state == .uniqueViolation, isOwn,
            let key = table.keys.first(where: { $0.name == name })
        {
            self = .unique(key)
        } else if state == .notNullViolation, isOwn,
            let column = table.columns.firstIndex(where: { $0.name == error.column })
        {
            self = .notNull(column)
        } else if state == .checkViolation, isOwn {
            self = .check(name)
        } else {
            return nil
        }
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
