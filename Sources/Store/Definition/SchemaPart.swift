/// A part of a database that differs from what is declared, or is dropped. Names are in lower case.
public enum SchemaPart: Hashable, Sendable {
    /// A table.
    case table(String)
    /// A column of a table.
    case column(table: String, name: String)
    /// An index, which may be a unique constraint in all but name.
    case index(String)

    /// The table that it is, or is a column of.
    public var table: String? {
        switch self {
        case .table(let name), .column(let name, _): name
        case .index: nil
        }
    }
}
