import Bytes
import Store
import Values

extension RowLayout {
    /// The first argument of `apus_object`: a JSON array of keys and types in turn.
    ///
    /// It contains no quotation mark `'`, so it may stand in a string literal as well as be bound.
    var functionArgument: String {
        var out: [UInt8] = [ASCII.leftBracket]
        for (index, member) in members.enumerated() {
            if index > 0 { out.append(ASCII.comma) }
            out.append(jsonString: member.key)
            out.append(ASCII.comma)
            out.append(jsonString: member.type.layoutName)
        }
        out.append(ASCII.rightBracket)
        return String(utf8: out).replacing(byte: UInt8(ascii: "'"), with: "\\u0027")
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
    func appendCall(
        to writer: inout StatementWriter, _ expression: (Int, inout StatementWriter) -> Void
    ) {
        let width = DatabaseLimits.objectMembersMax
        let isSplit = members.count > width
        if isSplit { writer.append("apus_merge(") }
        var start = 0
        repeat {
            let end = min(start + width, members.count)
            let part = RowLayout(Array(members[start..<end]))
            writer.append("\(start > 0 ? "," : "")apus_object('\(part.functionArgument)'")
            for index in start..<end {
                writer.append(",")
                expression(index, &writer)
            }
            writer.append(")")
            start = end
        } while start < members.count
        if isSplit { writer.append(")") }
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
