public import Schema
import Values

/// The types of a project for Swift: structures for the rows of each model as they are read,
/// inserted and updated, which `Codable` of any library takes. Made of the model files alone,
/// sorted, so that the same models give the same text.
public struct SwiftTypes {
    private let catalogue: Catalogue

    /// The types of these models.
    public init(_ catalogue: Catalogue) { self.catalogue = catalogue }

    /// The whole file.
    public var text: String {
        var code = CodeText(indentation: 4)
        code.verbatim(SwiftHelpers.head)
        code.line("/// The models of the project.")
        code.block("public enum Database {") { code in
            var names = UniqueNames(taken: SwiftName.takenTypes)
            for model in catalogue.models {
                SwiftModel(model, name: names.unique(SwiftName.type(model.name))).write(to: &code)
                code.line()
            }
            code.verbatim(SwiftHelpers.jsonValue)
        }
        return code.text
    }
}

/// The types of one model.
private struct SwiftModel {
    private let model: Model
    private let name: String
    /// The types of the columns, and what is declared for them.
    private var columnTypes: [String: String] = [:]
    private var declared: [SwiftDeclaration] = []

    init(_ model: Model, name: String) {
        self.model = model
        self.name = name
        var shapes = SwiftShapes()
        for column in model.sortedColumns {
            columnTypes[column.name] = shapes.type(of: column)
        }
        declared = shapes.declared
    }

    func write(to code: inout CodeText) {
        code.documentation(model.description ?? "The rows of \(model.name).")
        code.block("public enum \(name) {") { code in
            code.line("/// What requests call the model.")
            code.line("public static let table = \(SwiftName.literal(model.name))")
            for declaration in declared {
                code.line()
                declaration.write(to: &code)
            }
            for structure in model.isView ? [row] : [row, insert, update] {
                code.line()
                structure.write(to: &code)
            }
        }
    }

    private var row: SwiftStructure {
        structure("Row", "A row as it is read.", model.sortedColumns) { column, type in
            column.isNullableWhenRead ? "\(type)?" : type
        }
    }

    private var insert: SwiftStructure {
        let columns = model.sortedColumns.filter { $0.isWritable(.create) }
        return structure("Insert", "A row to insert. What is nil is left out.", columns) {
            column, type in
            guard column.isOptionalOnInsert else { return type }
            // Null says something else than nothing where there is a default.
            return column.isNullable && column.default != nil ? "\(type)??" : "\(type)?"
        }
    }

    private var update: SwiftStructure {
        let columns = model.sortedColumns.filter { $0.isWritable(.update) }
        return structure(
            "Update",
            "What changes in a row. What is nil is left out; `.some(nil)` makes a column null.",
            columns
        ) { column, type in column.isNullable ? "\(type)??" : "\(type)?" }
    }

    private func structure(
        _ name: String, _ comment: String, _ columns: [Column],
        type: (Column, String) -> String
    ) -> SwiftStructure {
        SwiftStructure(
            name: name, comment: comment,
            fields: columns.map { column in
                SwiftField(
                    key: column.name, type: type(column, columnTypes[column.name] ?? "JSONValue"),
                    comment: column.description)
            })
    }
}

extension CodeText {
    /// Text as documentation of what follows.
    mutating func documentation(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) { self.line("/// \(line)") }
    }
}
