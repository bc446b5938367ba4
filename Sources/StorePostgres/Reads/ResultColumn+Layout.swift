import PostgresWire
import Store
import Values

extension RowLayout {
    /// What is wrong with the columns that a statement really has; nil when each can be read as its
    /// member's type. A table that is not as its model says would else be misread in silence.
    func fault(in columns: [ResultColumn]) -> DatabaseError? {
        for (member, column) in zip(members, columns) where !member.type.reads(column.type) {
            return .unexpected(
                "\"\(member.key)\" is not \(member.type.typeName) but "
                    + (column.type.name ?? "type \(column.type.rawValue)"))
        }
        guard columns.count < members.count else { return nil }
        return .unexpected("\(columns.count) columns for \(members.count) members")
    }
}

extension ColumnType {
    /// Whether values of a type of the server are read as this one's. Types of the database's own
    /// are read as text, as enums come.
    fileprivate func reads(_ type: TypeOID) -> Bool {
        switch self {
        case .integer, .integer32: [.int8, .int4, .int2].contains(type)
        case .json: [.jsonb, .json].contains(type)
        case .text:
            type.name == nil || [.text, .varchar, .bpchar, .name].contains(type)
        case .uuid, .timestamp, .date, .time, .decimal, .real, .boolean, .bytes: type == typeOID
        }
    }
}
