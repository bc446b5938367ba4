import Bytes
import Database

/// The functions of json that SQL calls by the names `apus_json_…`.
enum JSONFunction {
    /// `json -> key` and `json ->> key`; null where there is no such member.
    static func member(_ json: String, _ key: Value, asText: Bool) -> Value {
        guard let root = try? JSONDocument(parsing: Array(json.utf8)).root else { return .null }
        let found: JSONValue?
        switch key {
        case .text(let name): found = root.kind == .object ? root[name] : nil
        case .integer(let index) where root.kind == .array:
            let position = index < 0 ? Int64(root.count) + index : index
            found = (0..<Int64(root.count)).contains(position) ? root.elements[Int(position)] : nil
        default: found = nil
        }
        guard let found else { return .null }
        if asText, found.isNull { return .null }
        if asText, let text = found.string { return .text(text) }
        return .text(String(utf8: found.canonical))
    }
}
