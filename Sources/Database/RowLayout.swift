import Bytes
public import Values

/// The shape of a JSON object made from columns: its keys, already encoded, and the type of each.
public struct RowLayout: Sendable {
    /// The keys and types in order.
    public let members: [(key: String, type: ColumnType)]
    /// Per member the bytes before its value: `{"id":`, `,"name":`.
    let prefixes: [[UInt8]]

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

    func appendEnd(to out: inout [UInt8]) {
        if members.isEmpty { out.append(ASCII.leftBrace) }
        out.append(ASCII.rightBrace)
    }

    /// The first argument of `apus_object`: a JSON array of keys and types in turn.
    ///
    /// It contains no quotation mark `'`, so it may stand in a string literal as well as be bound.
    public var functionArgument: String {
        var out: [UInt8] = [ASCII.leftBracket]
        for (index, member) in members.enumerated() {
            if index > 0 { out.append(ASCII.comma) }
            out.append(jsonString: member.key)
            out.append(ASCII.comma)
            out.append(jsonString: member.type.layoutName)
        }
        out.append(ASCII.rightBracket)
        return String(utf8: out).split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "\\u0027")
    }

    /// The layout that `functionArgument` spells, or nil if it spells none.
    init?(functionArgument: [UInt8]) {
        guard let document = try? JSONDocument(parsing: functionArgument) else { return nil }
        let words = document.root.elements.map(\.string)
        guard document.root.kind == .array, words.count % 2 == 0 else { return nil }
        var members: [(key: String, type: ColumnType)] = []
        for index in stride(from: 0, to: words.count, by: 2) {
            guard let key = words[index], let name = words[index + 1],
                let type = ColumnType(layoutName: name)
            else { return nil }
            members.append((key, type))
        }
        self.init(members)
    }

    /// Appends the SQL expression that makes the object from one expression per member.
    ///
    /// SQLite allows 127 arguments in a call; wider objects are made in parts that `apus_merge`
    /// joins.
    ///
    /// - Parameter expression: appends the SQL of the member with this index.
    public func appendCall<E: Error>(
        to sql: inout SQL, _ expression: (Int, inout SQL) throws(E) -> Void
    ) throws(E) {
        let width = DatabaseLimits.objectMembersMax
        let isSplit = members.count > width
        if isSplit { sql.append("apus_merge(") }
        var start = 0
        repeat {
            let end = min(start + width, members.count)
            let part = RowLayout(Array(members[start..<end]))
            sql.append("\(start > 0 ? "," : "")apus_object('\(part.functionArgument)'")
            for index in start..<end {
                sql.append(",")
                try expression(index, &sql)
            }
            sql.append(")")
            start = end
        } while start < members.count
        if isSplit { sql.append(")") }
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

extension ColumnType {
    /// The type's name in a layout: the wire name, with precision and scale.
    var layoutName: String {
        if case .decimal(let precision, let scale) = self {
            return "numeric(\(precision),\(scale))"
        }
        return wireName
    }

    /// The type that `layoutName` names.
    init?(layoutName name: String) {
        if let type = Self.families.first(where: { $0.layoutName == name }) {
            self = type
            return
        }
        guard name.hasPrefix("numeric("), name.hasSuffix(")") else { return nil }
        let numbers = name.dropFirst("numeric(".count).dropLast().split(separator: ",").map {
            Int($0)
        }
        guard numbers.count == 2, let precision = numbers[0], let scale = numbers[1] else {
            return nil
        }
        self = .decimal(precision: precision, scale: scale)
    }
}
