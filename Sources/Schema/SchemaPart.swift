/// A part of a database that differs from the models, or is dropped. Names are in lower case.
enum SchemaPart: Hashable, Sendable {
    case table(String)
    case column(table: String, name: String)
    case index(String)

    /// The table that it is, or is a column of.
    var table: String? {
        switch self {
        case .table(let name), .column(let name, _): name
        case .index: nil
        }
    }
}
