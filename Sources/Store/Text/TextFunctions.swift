public import Bytes
import Values

/// The functions of texts that rules may call, in Swift: engines that have none of the same meaning
/// call these.
public enum TextFunctions {
    /// Lower case of every character, one for one (Unicode's simple mapping: `Σ` becomes `σ`
    /// everywhere), as PostgreSQL's collation `pg_c_utf8` has it.
    public static func lower(_ text: String) -> String { text.simplyLowercased }

    /// Upper case of every character, one for one (Unicode's simple mapping: `ß` has none).
    public static func upper(_ text: String) -> String { text.simplyUppercased }

    /// The number of code points, as PostgreSQL's `length`.
    public static func length(_ text: String) -> Int64 { length(utf8: text.utf8Span.span) }

    /// The number of code points of UTF-8 text.
    public static func length(utf8 text: Span<UInt8>) -> Int64 {
        var count: Int64 = 0
        for index in text.indices where text[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// The text without the spaces at its ends: where that stands.
    public static func trimmed(utf8 text: Span<UInt8>) -> Range<Int> {
        var start = 0
        var end = text.count
        while start < end, text[start] == ASCII.space { start += 1 }
        while end > start, text[end - 1] == ASCII.space { end -= 1 }
        return start..<end
    }

    /// The lower-case text of a UUID that `text` spells with dashes; nil if it spells none.
    public static func uuid(_ text: String) -> String? {
        var spelled: [UInt8] = []
        spelled.reserveCapacity(36)
        for byte in text.utf8 {
            let fits =
                switch spelled.count {
                case 8, 13, 18, 23: byte == ASCII.minus
                case 0..<36: ASCII.hexValue(byte) != nil
                default: false
                }
            guard fits else { return nil }
            spelled.append(ASCII.lowercased(byte))
        }
        return spelled.count == 36 ? String(utf8: spelled) : nil
    }

    /// Whether `text` begins with the bytes of `prefix`.
    public static func startsWith(_ text: String, _ prefix: String) -> Bool {
        text.utf8.starts(with: prefix.utf8)
    }

    /// PostgreSQL's `json -> key`: a member of an object as JSON text; nil for another kind or no
    /// such key.
    public static func jsonGet(_ json: String, key: String) -> String? {
        root(json)?[key].map(Self.json)
    }

    /// PostgreSQL's `json -> index`: an element of an array as JSON text, negative from the end.
    public static func jsonGet(_ json: String, index: Int64) -> String? {
        root(json).flatMap { element(of: $0, at: index) }.map(Self.json)
    }

    /// PostgreSQL's `json ->> key`: a member as text. Strings lose their quotes; JSON null is nil.
    public static func jsonText(_ json: String, key: String) -> String? {
        root(json)?[key].flatMap(text)
    }

    /// PostgreSQL's `json ->> index`: an element as text.
    public static func jsonText(_ json: String, index: Int64) -> String? {
        root(json).flatMap { element(of: $0, at: index) }.flatMap(text)
    }

    /// An element of an array, negative from the end; nil for another kind or no such place.
    public static func element(of root: JSONValue, at index: Int64) -> JSONValue? {
        guard root.kind == .array else { return nil }
        let position = index < 0 ? Int64(root.count) &+ index : index
        guard position >= 0, position < root.count else { return nil }
        return root.element(at: Int(position))
    }

    private static func root(_ json: String) -> JSONValue? {
        try? JSONDocument(parsing: Array(json.utf8), depthMax: ValueLimits.jsonDepthMax).root
    }

    /// A value as JSON text.
    public static func json(_ value: JSONValue) -> String { String(utf8: value.raw) }

    /// A value as text. Strings lose their quotes; JSON null is nil.
    public static func text(_ value: JSONValue) -> String? {
        switch value.kind {
        case .null: nil
        case .string: value.string
        case .bool, .number, .array, .object: String(utf8: value.raw)
        }
    }
}
