public import Bytes
public import Values

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

    /// PostgreSQL's `json -> key` and `json ->> key` on JSON text: a member in a form, ``json(_:)``
    /// or ``text(_:)``; nil where there is none.
    public static func member(
        of json: String, at key: Value, as form: (JSONValue) -> String?
    ) -> String? {
        let document = try? JSONDocument(
            parsing: Array(json.utf8), depthMax: ValueLimits.jsonDepthMax)
        return document.flatMap { member(of: $0.root, at: key) }.flatMap(form)
    }

    /// What stands in an object at a key that is a text, or in an array at a place, negative from
    /// the end; nil where nothing does.
    public static func member(of root: JSONValue, at key: Value) -> JSONValue? {
        switch key {
        case .text(let name): root[name]
        case .integer(let index): element(of: root, at: index)
        case .null, .real, .blob: nil
        }
    }

    private static func element(of root: JSONValue, at index: Int64) -> JSONValue? {
        guard root.kind == .array else { return nil }
        let position = index < 0 ? Int64(root.count) &+ index : index
        guard position >= 0, position < root.count else { return nil }
        return root.element(at: Int(position))
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
