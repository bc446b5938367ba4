import Bytes
import Schema
import Values

// What clients meet of a column, beside what the table holds.
extension Column {
    /// Whether a row that is read may come without its value: it is null, or hidden from who reads.
    var isNullableWhenRead: Bool {
        isNullable || access?.rules[.read].map { $0.text != "true" } == true
    }

    /// Whether any client may give a value.
    func isWritable(_ verb: Verb) -> Bool { !isReadOnly && access?.rules[verb]?.text != "false" }

    /// A value as clients get it.
    func json(_ value: Value) -> String {
        var bytes: [UInt8] = []
        type.appendJSON(value, to: &bytes)
        return String(utf8: bytes)
    }

    /// The texts of an `enum`; nil where it has none, or one of other values.
    var enumeratedTexts: [String]? {
        guard type == .text, let enumeration, !enumeration.isEmpty else { return nil }
        return enumeration.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
}

extension Model {
    /// The columns in order of their names.
    var sortedColumns: [Column] { columns.sorted { $0.name < $1.name } }

    /// The references in order of their names.
    var sortedReferences: [ForeignKey] { references.sorted { $0.name < $1.name } }

    /// Whether a reference leads to a row that no other row of this model refers to.
    func isOneToOne(_ key: ForeignKey) -> Bool {
        relationships.contains { $0.isForward && $0.name == key.name && $0.kind == .oneToOne }
    }
}
