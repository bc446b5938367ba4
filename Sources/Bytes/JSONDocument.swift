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
    /// - Throws: `JSONError` with the offset of the first byte at fault.
    public init(
        parsing bytes: [UInt8], depthMax: Int = 64, elementsMax: Int = .max
    ) throws(JSONError) {
        var parser = JSONParser(source: bytes, depthMax: depthMax, elementsMax: elementsMax)
        try parser.parseDocument()
        storage = JSONStorage(source: bytes, nodes: parser.nodes, growth: parser.growth)
    }

    /// The outermost value.
    public var root: JSONValue { JSONValue(storage: storage, index: 0) }
}
