public import Values

/// A constraint that a write breaks, with the values at fault, which whoever words it may not all
/// be free to show. Values are nil where the store does not find them any more.
public enum ConstraintViolation: Hashable, Sendable {
    /// A key is taken: the constraint's name, its columns in its own order and their values.
    case unique(String, columns: [Int], values: [Value]?)
    /// A column is null that may not be: its name, and the row as it would be.
    case notNull(String, row: [Value]?)
    /// A check, by name, and the row as it would be.
    case check(String, row: [Value]?)
    /// A row refers to one that is not there: the reference and the values of its columns.
    case missingParent(Table.Reference, values: [Value])
    /// Rows of another table refer to one that would go or change its key: the reference, seen from
    /// the table written, and the values referred to.
    case stillReferenced(Table.Reference, values: [Value])
}
