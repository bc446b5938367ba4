/// One value of a parsed text, as the document's own table has it.
struct JSONNode: Sendable {
    var kind: JSONKind
    /// For strings: at least one backslash. For numbers: a fraction or an exponent.
    var isComplex = false
    var start: UInt32
    var end: UInt32
    var next: UInt32
    var count: UInt32 = 0
}

/// A parsed text and the table of its values; shared by all that are handed out of it.
final class JSONStorage: Sendable {
    let source: [UInt8]
    let nodes: [JSONNode]
    /// The bytes by which its numbers would make the text longer if they were written without
    /// exponents.
    let growth: Int

    init(source: [UInt8], nodes: [JSONNode], growth: Int) {
        self.source = source
        self.nodes = nodes
        self.growth = growth
    }
}
