public import Store
import Values

// Rows inside of rows. `row_to_json` and `json_agg` print each value as clients are sent it, but
// for blanks, which whoever reads the column leaves out. On 15.18, an array of 20 objects of five
// members costs 11 µs beside the query itself; with `json_build_object` 19, with `jsonb_agg` 44.
extension PostgresDialect {
    /// See ``Store/Dialect/writeObject(_:_:to:)``.
    public func writeObject(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter
    ) {
        writer.append("(SELECT ")
        writeObject(layout, "row_to_json(\(Self.row))", &writer)
        writer.append(" FROM (")
        writeRows(layout, select, &writer)
        writer.append(" LIMIT 1) AS \(Self.row))")
    }

    /// See ``Store/Dialect/writeArray(_:_:to:)``.
    public func writeArray(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter
    ) {
        writer.append("(SELECT coalesce(json_agg(")
        writeObject(layout, Self.row, &writer)
        writer.append("), '[]') FROM (")
        writeRows(layout, select, &writer)
        writer.append(") AS \(Self.row))")
    }

    /// A row of the members, in the query that makes an object of it.
    private static let row = quoted(identifier: "_apus_row")

    /// The members are columns of their names. A name may occur twice.
    private func writeRows(
        _ layout: RowLayout, _ select: SelectStatement, _ writer: inout StatementWriter
    ) {
        writer.append("SELECT ")
        let takesKeys = layout.keysAreIdentifiers
        for (index, member) in layout.members.enumerated() {
            if index > 0 { writer.append(", ") }
            writer.append(select.columns[index].value)
            writer.append(" AS ")
            writer.append(identifier: takesKeys ? member.key : Alias.member(index))
        }
        writer.appendTail(of: select)
    }

    /// The object of a row: `row`, unless a member's name is too long for a column's.
    private func writeObject(
        _ layout: RowLayout, _ row: String, _ writer: inout StatementWriter
    ) {
        if layout.keysAreIdentifiers { return writer.append(row) }
        // A function has a hundred arguments at most: wider objects are joined by their texts.
        let width = 50
        let parts = stride(from: 0, to: layout.members.count, by: width).map { start in
            let members = layout.members[start..<min(start + width, layout.members.count)]
            let pairs = members.indices.map { index in
                "\(Self.literal(members[index].key)), "
                    + "\(Self.row).\(quoted(identifier: Alias.member(index)))"
            }
            return "json_build_object(\(pairs.joined(separator: ", ")))"
        }
        if parts.count == 1 { return writer.append(parts[0]) }
        let inner = parts.map { "substr(left(\($0)::text, -1), 2)" }.joined(separator: ", ")
        writer.append("('{' || concat_ws(',', \(inner)) || '}')::json")
    }
}

extension RowLayout {
    /// Whether every key can be a column's name: the server cuts longer ones.
    fileprivate var keysAreIdentifiers: Bool {
        members.allSatisfy { (1...63).contains($0.key.utf8.count) }
    }
}
