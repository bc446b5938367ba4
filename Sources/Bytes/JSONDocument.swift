/// A parsed JSON text (RFC 8259): one pass into a flat array of nodes over the source bytes.
///
///     {"a":[1,2]}      nodes  0 object  bytes 0..<11  next 5  count 1
///                             1 string  "a"           next 2        (a member: key, then value)
///                             2 array   [1,2]         next 5  count 2
///                             3 number  1             next 4
///                             4 number  2             next 5
///
/// `next` is the index of the node after the whole subtree, so siblings are found without a walk.
/// Strings and numbers are converted only when asked for.
public struct JSONDocument: Sendable {
    let storage: JSONStorage

    /// Parses a complete JSON text.
    ///
    /// - Parameters:
    ///   - bytes: the text; it must be well-formed UTF-8 of less than 4 GiB.
    ///   - depthMax: how deep arrays and objects may nest.
    ///   - elementsMax: how many elements the outermost value may have, if it is an array.
    ///   - valueCountMax: what ``valueCountMax(of:)`` says, where it has been asked.
    /// - Throws: `JSONError` with the offset of the first byte at fault.
    public init(
        parsing bytes: [UInt8], depthMax: Int = 64, elementsMax: Int = .max,
        valueCountMax: Int? = nil
    ) throws(JSONError) {
        var parser = JSONParser(
            source: bytes, depthMax: depthMax, elementsMax: elementsMax,
            valueCountMax: valueCountMax)
        try parser.parseDocument()
        storage = JSONStorage(source: bytes, nodes: parser.nodes, growth: parser.growth)
    }

    /// Bytes of memory that each value of a text takes in its document.
    public static let bytesPerValue = MemoryLayout<JSONNode>.stride

    /// How many values a text has at the most, its members' names among them, if it is sound: one
    /// that is the whole, and one behind each comma, colon and opening bracket outside of strings.
    public static func valueCountMax(of bytes: [UInt8]) -> Int {
        var count = 1
        var isInString = false
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case ASCII.quote: isInString.toggle()
            case ASCII.backslash: position += 1
            case ASCII.comma, ASCII.colon, ASCII.leftBracket, ASCII.leftBrace:
                if !isInString { count += 1 }
            default: break
            }
            position += 1
        }
        return count
    }

    /// The outermost value.
    public var root: JSONValue { JSONValue(storage: storage, index: 0) }
}
