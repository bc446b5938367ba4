import Bytes
import Store
import Values

extension DeclaredType {
    /// The type as the model file says it.
    init(_ column: Column) {
        let shape = column.jsonRule?.types.first.flatMap { Self.shapes.contains($0) ? $0 : nil }
        self.init(column.type, shape: column.type == .json ? shape : nil)
    }

    /// In the words of a model file: `boolean`, `string (uuid)`.
    var wording: String {
        let traits = type.traits
        guard let word = traits.word else { return shape?.rawValue ?? "any JSON value" }
        var formats = traits.isWithoutFormat ? [] : Array(traits.formats.prefix(1))
        if case .decimal(let precision, let scale) = type {
            formats.append("precision \(precision), scale \(scale)")
        }
        let suffix = formats.isEmpty ? "" : " (\(formats.joined(separator: ", ")))"
        return word.rawValue + suffix
    }

    /// A default as a model file writes it; `none` without one.
    func wording(ofDefault given: TableStructure.Default?) -> String {
        guard let given else { return "none" }
        guard let value = given.value else { return given.text }
        var json: [UInt8] = []
        type.appendJSON(value, to: &json)
        return String(utf8: json)
    }
}
