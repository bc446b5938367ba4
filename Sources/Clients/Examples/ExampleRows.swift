import Bytes
import Schema
import Values

/// Values to show in snippets: each satisfies its column's type and bounds, and references agree,
/// so that the snippets of all models, run one after the other, go together.
struct ExampleRows {
    /// A member of a row: a column's name and its value as JSON.
    typealias Member = (name: String, json: JSONValue)

    private let catalogue: Catalogue

    init(_ catalogue: Catalogue) { self.catalogue = catalogue }

    /// What an insert has to give; one column more where that is nothing.
    func insert(_ model: Model) -> [Member] {
        let writable = model.columns.filter { $0.isWritable(.create) }
        let needed = writable.filter { !$0.isOptionalOnInsert }
        return members(needed.isEmpty ? Array(writable.filter(isPlain).prefix(1)) : needed, model)
    }

    /// What an update changes: a column that is no key; nothing where clients may change none.
    func update(_ model: Model) -> [Member] {
        let keys = Set(model.primaryKey.map { model.columns[$0].name })
        let writable = model.columns.filter { $0.isWritable(.update) && !keys.contains($0.name) }
        let plain = writable.filter(isPlain)
        let chosen = plain.first { $0.type == .text } ?? plain.first ?? writable.first
        // Another value than an insert would have given.
        if let chosen, let last = chosen.enumeration?.last {
            return [member(chosen, last)].compactMap(\.self)
        }
        return members(chosen.map { [$0] } ?? [], model)
    }

    /// What tells one row from the others.
    func key(_ model: Model) -> [(column: Column, value: Value)] {
        model.primaryKey.map { index in
            (model.columns[index], value(of: model.columns[index], in: model))
        }
    }

    private func isPlain(_ column: Column) -> Bool { column.reference == nil }

    private func members(_ columns: [Column], _ model: Model) -> [Member] {
        columns.compactMap { member($0, value(of: $0, in: model)) }
    }

    private func member(_ column: Column, _ value: Value) -> Member? {
        let text = column.json(value)
        return (try? JSONDocument(parsing: Array(text.utf8))).map { (column.name, $0.root) }
    }

    /// The value that snippets show of a column: of what it refers to, where it refers to a row.
    private func value(of column: Column, in model: Model, depth: Int = 0) -> Value {
        let key = model.references.first { key in
            key.columns.contains { model.columns[$0].name == column.name }
        }
        if let key, depth < Self.referencesMax, let target = catalogue.model(key.target),
            let position = key.columns.firstIndex(where: { model.columns[$0].name == column.name })
        {
            let other = target.columns[key.targetColumns[position]]
            return value(of: other, in: target, depth: depth + 1)
        }
        return ExampleValue.of(column)
    }

    /// Longer ways from reference to reference end in a circle.
    private static let referencesMax = 16
}
