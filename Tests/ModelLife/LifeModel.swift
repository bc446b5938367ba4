/// A model as the proof knows it. What has an identity keeps it through all renames.
struct LifeModel {
    struct Column {
        let id: Int
        var name: String
        /// The names it had before, the last one first.
        var former: [String] = []
        var kind: Kind
        var isRequired = false
        var isIdentity = false
        var constant: Cell?
        /// A default that the server computes: `now()`.
        var computed: String?
        /// What the engine computes of another column.
        var generated: Generated?
        var choices: [Cell]?
        var length: (min: Int?, max: Int?) = (nil, nil)
        var range: (min: Cell?, max: Cell?) = (nil, nil)
        var reference: Reference?
    }

    /// What is computed of a column, by its identity.
    struct Generated: Hashable {
        enum Form: CaseIterable {
            /// Whether it is null.
            case absent
            /// The length of a text.
            case length
            /// A text with a mark behind it.
            case marked
            /// A whole number, or 0.
            case orZero
        }

        var form: Form
        let of: Int
        var isStored: Bool

        func text(_ name: String) -> String {
            switch form {
            case .absent: "\\\"\(name)\\\" is null"
            case .length: "length(\\\"\(name)\\\")"
            case .marked: "\\\"\(name)\\\" || '!'"
            case .orZero: "coalesce(\\\"\(name)\\\", 0)"
            }
        }

        /// What it gives; nil where it cannot be of such a column.
        static func kind(_ form: Form, of kind: Kind) -> Kind? {
            switch form {
            case .absent: .boolean
            case .length: kind == .text ? .integer : nil
            case .marked: kind == .text ? .text : nil
            case .orZero: kind == .integer ? .integer : nil
            }
        }

        /// What it is of a value.
        func value(of cell: Cell) -> Cell {
            switch (form, cell) {
            case (.absent, _): .integer(cell == .null ? 1 : 0)
            case (.length, .text(let text)): .integer(Int64(text.unicodeScalars.count))
            case (.marked, .text(let text)): .text(text + "!")
            case (.orZero, .integer): cell
            case (.orZero, _): .integer(0)
            case (.length, _), (.marked, _): .null
            }
        }
    }

    struct Reference {
        /// The identities of the model and its column.
        var model: Int
        var column: Int
        var onDelete: String
        /// The constraint's, if it has one of its own.
        var name: String?
    }

    /// What a column is compared with, as a check or the rows of an index.
    enum Condition: Hashable {
        /// A text is no longer.
        case shorter(than: Int)
        /// A number is less.
        case less(than: Int64)
        /// A text is another.
        case other(than: String)
        case present

        func text(_ name: String) -> String {
            switch self {
            case .shorter(let length): "length(\\\"\(name)\\\") < \(length)"
            case .less(let number): "\\\"\(name)\\\" < \(number)"
            case .other(let text):
                "\\\"\(name)\\\" <> '\(text.replacing("'", with: "''"))'"
            case .present: "\\\"\(name)\\\" is not null"
            }
        }

        /// Whether a value is not against it.
        func allows(_ cell: Cell, _ kind: Kind) -> Bool {
            switch (self, cell) {
            case (.present, .null): false
            case (_, .null), (.present, _): true
            case (.shorter(let length), .text(let text)): text.unicodeScalars.count < length
            case (.less(let bound), .integer(let number)):
                Double(number) < Double(bound) * Self.power(kind.scale ?? 0)
            case (.less(let bound), .real(let number)): number < Double(bound)
            case (.other(let other), .text(let text)): text != other
            default: true
            }
        }

        private static func power(_ scale: Int) -> Double {
            (0..<scale).reduce(1) { power, _ in power * 10 }
        }
    }

    struct Check {
        var name: String
        var column: Int
        var condition: Condition
    }

    struct Index {
        let id: Int
        var name: String?
        var parts: [(column: Int, isDescending: Bool)]
        var condition: (column: Int, condition: Condition)?
    }

    let id: Int
    var name: String
    /// The names it had before, the last one first.
    var former: [String] = []
    var columns: [Column]
    var key: [Int]
    var uniques: [[Int]] = []
    var indexes: [Index] = []
    var checks: [Check] = []

    func column(_ id: Int) -> Column? { columns.first { $0.id == id } }

    func isRequired(_ column: Column) -> Bool { column.isRequired || key.contains(column.id) }

    /// A row with what is computed of it.
    func computing(_ row: Oracle.Row) -> Oracle.Row {
        var row = row
        for column in columns {
            guard let generated = column.generated else { continue }
            row[column.id] = generated.value(of: row[generated.of] ?? .null)
        }
        return row
    }

    /// Takes a column out, and all that names it.
    mutating func drop(_ column: Int) {
        columns.removeAll { $0.id == column }
        for place in columns.indices where columns[place].generated?.of == column {
            columns[place].generated = nil
        }
        forget(column)
    }

    /// Takes out all that holds a column.
    mutating func forget(_ column: Int) {
        uniques.removeAll { $0.contains(column) }
        indexes.removeAll { index in
            index.parts.contains { $0.column == column } || index.condition?.column == column
        }
        checks.removeAll { $0.column == column }
    }
}

// MARK: Model files

extension LifeModel {
    private func columnName(_ column: Int) -> String { self.column(column)?.name ?? "?" }

    private static func renamed(_ names: [String]) -> String {
        let texts = names.map { "\"\($0)\"" }
        return "\"renamedFrom\": "
            + (texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]")
    }

    private func names(_ columns: [Int]) -> String {
        "[\(columns.map { "\"\(columnName($0))\"" }.joined(separator: ", "))]"
    }

    /// The text of the model's file.
    func file(among models: [LifeModel]) -> String {
        let properties = columns.map { column in
            "    \"\(column.name)\": {\(property(column, models).joined(separator: ", "))}"
        }
        var words = ["  \"properties\": {\n\(properties.joined(separator: ",\n"))\n  }"]
        if !former.isEmpty { words.insert("  \(Self.renamed(former))", at: 0) }
        let required = columns.filter(\.isRequired).map(\.id)
        words.append("  \"required\": \(names(required)), \"primaryKey\": \(names(key))")
        if !uniques.isEmpty {
            words.append("  \"unique\": [\(uniques.map(names).joined(separator: ", "))]")
        }
        if !indexes.isEmpty {
            let texts = indexes.map(text).joined(separator: ", ")
            words.append("  \"indexes\": [\(texts)]")
        }
        if !checks.isEmpty {
            let texts = checks.map { check in
                "\"\(check.name)\": \"\(check.condition.text(columnName(check.column)))\""
            }
            words.append("  \"checks\": {\(texts.joined(separator: ", "))}")
        }
        return "{\n\(words.joined(separator: ",\n"))\n}\n"
    }

    private func text(of index: Index) -> String {
        let parts = index.parts.map { part in
            "\"\(columnName(part.column))\(part.isDescending ? " desc" : "")\""
        }
        var words = ["\"on\": [\(parts.joined(separator: ", "))]"]
        if let given = index.name { words.append("\"name\": \"\(given)\"") }
        if let condition = index.condition {
            words.append("\"where\": \"\(condition.condition.text(columnName(condition.column)))\"")
        }
        return "{\(words.joined(separator: ", "))}"
    }

    private func property(_ column: Column, _ models: [LifeModel]) -> [String] {
        var words = column.kind.words
        if !column.former.isEmpty { words.append(Self.renamed(column.former)) }
        if let generated = column.generated {
            words.append("\"computed\": \"\(generated.text(columnName(generated.of)))\"")
            if generated.isStored { words.append("\"stored\": true") }
        }
        if column.isIdentity { words.append("\"identity\": true") }
        if let constant = column.constant {
            words.append("\"default\": \(constant.json(column.kind))")
        } else if let computed = column.computed {
            words.append("\"default\": {\"$expr\": \"\(computed)\"}")
        }
        if let choices = column.choices {
            let texts = choices.map { $0.json(column.kind) }.joined(separator: ", ")
            words.append("\"enum\": [\(texts)]")
        }
        if let min = column.length.min { words.append("\"minLength\": \(min)") }
        if let max = column.length.max { words.append("\"maxLength\": \(max)") }
        if let min = column.range.min { words.append("\"minimum\": \(min.json(column.kind))") }
        if let max = column.range.max { words.append("\"maximum\": \(max.json(column.kind))") }
        if let reference = column.reference,
            let model = models.first(where: { $0.id == reference.model })
        {
            words.append(
                "\"references\": {\"model\": \"\(model.name)\", \"column\": "
                    + "\"\(model.columnName(reference.column))\", \"onDelete\": "
                    + "\"\(reference.onDelete)\""
                    + (reference.name.map { ", \"name\": \"\($0)\"}" } ?? "}"))
        }
        return words
    }
}
