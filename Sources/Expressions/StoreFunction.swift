import Database
import Diagnostics

/// The functions that SQL calls by the names `apus_…`, on values: the store's own, so that both
/// evaluators agree byte for byte.
enum StoreFunction {
    /// `like` and `ilike`; throws 22025 for a pattern that ends in a lone backslash.
    static func isLike(
        _ text: String, _ pattern: String, ignoresCase: Bool
    ) throws(Problem) -> Bool {
        try LikePattern(pattern, ignoresCase: ignoresCase).matches(text)
    }

    /// `json -> key` and `json ->> key`; null where there is no such member.
    static func member(_ json: String, _ key: Value, asText: Bool) -> Value {
        switch key {
        case .text(let name):
            Value(
                asText
                    ? SQLFunctions.jsonText(json, key: name) : SQLFunctions.jsonGet(json, key: name)
            )
        case .integer(let index):
            Value(
                asText
                    ? SQLFunctions.jsonText(json, index: index)
                    : SQLFunctions.jsonGet(json, index: index))
        case .null, .real, .blob: .null
        }
    }
}

extension Value {
    /// What a json value is equal by.
    var jsonKey: Value {
        if case .text(let json) = self { return .text(SQLFunctions.jsonKey(json)) }
        return self
    }
}
