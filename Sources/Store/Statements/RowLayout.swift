public import Bytes
public import Values

/// The shape of a JSON object made from columns: its keys, already encoded, and the type of each.
public struct RowLayout: Sendable {
    /// The keys and types in order.
    public let members: [(key: String, type: ColumnType)]
    /// What stands before each member's value, one after the other: `{"id":,"name":`.
    @usableFromInline let keys: [UInt8]
    /// Where each of them ends.
    @usableFromInline let keyEnds: [Int]

    /// A layout of the given members. A key may occur twice, as in PostgreSQL's own JSON.
    public init(_ members: [(key: String, type: ColumnType)]) {
        self.members = members
        var keys: [UInt8] = []
        keyEnds = members.enumerated().map { index, member in
            keys.append(index == 0 ? ASCII.leftBrace : ASCII.comma)
            keys.append(jsonString: member.key)
            keys.append(ASCII.colon)
            return keys.count
        }
        self.keys = keys
    }

    /// Appends what stands before the value of a member.
    @inlinable
    public func appendKey(_ index: Int, to out: inout [UInt8]) {
        let start = index == 0 ? 0 : keyEnds[index - 1]
        out.append(span: keys.span.extracting(start..<keyEnds[index]))
    }

    /// Appends `values` as an object. Missing values are null; spare ones are left out.
    public func appendObject(_ values: [Value], to out: inout [UInt8]) {
        for (index, member) in members.enumerated() {
            appendKey(index, to: &out)
            member.type.appendJSON(index < values.count ? values[index] : .null, to: &out)
        }
        appendEnd(to: &out)
    }

    /// Appends a member of an object without nulls, unless its value is one.
    ///
    /// - Parameters:
    ///   - start: where the object begins in `out`.
    ///   - value: appends the value.
    @inlinable
    @inline(__always)
    public func appendMember<Fault: Error>(
        strippingNull index: Int, ofObjectAt start: Int, to out: inout [UInt8],
        _ value: (inout [UInt8]) throws(Fault) -> Void
    ) throws(Fault) {
        let before = out.count
        appendKey(index, to: &out)
        if before == start { out[start] = ASCII.leftBrace }
        let place = out.count
        try value(&out)
        if out[place...].elementsEqual("null".utf8) { out.removeLast(out.count - before) }
    }

    /// Appends what stands behind the last member of an object without nulls.
    public func appendEnd(ofObjectAt start: Int, to out: inout [UInt8]) {
        if out.count == start { out.append(ASCII.leftBrace) }
        out.append(ASCII.rightBrace)
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
        left.keys == right.keys && left.members.map(\.type) == right.members.map(\.type)
    }

    /// Hashes keys and types.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(keys)
        for member in members { hasher.combine(member.type) }
    }
}
