import Bytes
public import Values

/// The shape of a JSON object made from columns: its keys, already encoded, and the type of each.
public struct RowLayout: Sendable {
    /// The keys and types in order.
    public let members: [(key: String, type: ColumnType)]
    /// Per member the bytes before its value: `{"id":`, `,"name":`.
    public let prefixes: [[UInt8]]

    /// A layout of the given members. A key may occur twice, as in PostgreSQL's own JSON.
    public init(_ members: [(key: String, type: ColumnType)]) {
        self.members = members
        prefixes = members.enumerated().map { index, member in
            var prefix = [index == 0 ? ASCII.leftBrace : ASCII.comma]
            prefix.append(jsonString: member.key)
            prefix.append(ASCII.colon)
            return prefix
        }
    }

    /// Appends `values` as an object. Missing values are null; spare ones are left out.
    public func appendObject(_ values: [Value], to out: inout [UInt8]) {
        for (index, member) in members.enumerated() {
            out.append(contentsOf: prefixes[index])
            member.type.appendJSON(index < values.count ? values[index] : .null, to: &out)
        }
        appendEnd(to: &out)
    }

    /// Appends what stands behind the last member.
    public func appendEnd(to out: inout [UInt8]) {
        if members.isEmpty { out.append(ASCII.leftBrace) }
        out.append(ASCII.rightBrace)
    }
}

extension RowLayout: Hashable {
    /// Whether both have the same keys, byte by byte, and the same types.
    public static func == (left: RowLayout, right: RowLayout) -> Bool {
        left.prefixes == right.prefixes && left.members.map(\.type) == right.members.map(\.type)
    }

    /// Hashes keys and types.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(prefixes)
        for member in members { hasher.combine(member.type) }
    }
}
