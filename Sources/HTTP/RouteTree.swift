import Bytes

/// The patterns of a table, segment by segment: finds a path's row without an allocation.
///
/// The more definite pattern wins: a word before a parameter, a parameter before a tail. A path
/// whose word leads nowhere is tried again with the parameter beside it.
struct RouteTree: Sendable {
    private struct Node {
        var words: [(bytes: [UInt8], node: Int)] = []
        var parameter: Int?
        /// The rows of the patterns that end here, and of those whose tail begins here.
        var end: Int?
        var tail: Int?
    }

    /// The rows of one pattern.
    private struct Leaf {
        var methods: MethodSet = []
        var rows: [(methods: MethodSet, row: Int)] = []
    }

    private var nodes = [Node()]
    private var leaves: [Leaf] = []
    private let mergesSlashes: Bool

    init(mergesSlashes: Bool) { self.mergesSlashes = mergesSlashes }

    /// Adds a row. Traps if another one has the same pattern and one of its methods.
    mutating func insert(_ pattern: PathPattern, _ methods: MethodSet, row: Int) {
        var node = 0
        for segment in pattern.segments where segment != .tail {
            node = child(of: node, segment)
        }
        let leaf = leaf(of: node, isTail: pattern.segments.last == .tail)
        precondition(leaves[leaf].methods.isDisjoint(with: methods), "two rows: \(pattern.text)")
        leaves[leaf].methods.formUnion(methods)
        leaves[leaf].rows.append((methods, row))
    }

    private mutating func child(of node: Int, _ segment: PathPattern.Segment) -> Int {
        let new = nodes.count
        switch segment {
        case .word(let bytes):
            if let known = nodes[node].words.first(where: { $0.bytes == bytes }) {
                return known.node
            }
            nodes[node].words.append((bytes, new))
        case .parameter, .tail:
            if let known = nodes[node].parameter { return known }
            nodes[node].parameter = new
        }
        nodes.append(Node())
        return new
    }

    private mutating func leaf(of node: Int, isTail: Bool) -> Int {
        if let known = isTail ? nodes[node].tail : nodes[node].end { return known }
        if isTail { nodes[node].tail = leaves.count } else { nodes[node].end = leaves.count }
        leaves.append(Leaf())
        return leaves.count - 1
    }

    /// Finds a row.
    ///
    /// - Parameter path: What follows the prefix and its slash, not decoded.
    func find(_ method: Method, _ path: ArraySlice<UInt8>) -> RouteMatch {
        var parameters = PathParameters(of: path)
        // One past the end stands for "no segment": an empty path has none.
        let start = path.isEmpty ? path.endIndex + 1 : path.startIndex
        guard let leaf = leaf(below: 0, from: start, of: path, &parameters) else {
            return .refusal(.unknownPath)
        }
        for index in leaves[leaf].rows.indices
        where leaves[leaf].rows[index].methods.contains(method) {
            return .row(leaves[leaf].rows[index].row, parameters)
        }
        return .refusal(.wrongMethod(allowed: leaves[leaf].methods, parameters))
    }

    private func leaf(
        below node: Int, from start: Int, of path: ArraySlice<UInt8>,
        _ parameters: inout PathParameters
    ) -> Int? {
        guard let segment = segment(from: start, of: path) else {
            if let end = nodes[node].end { return end }
            if nodes[node].tail != nil { parameters.append(path.endIndex..<path.endIndex) }
            return nodes[node].tail
        }
        let next = segment.upperBound + 1
        for index in nodes[node].words.indices
        where Self.equal(path[segment], nodes[node].words[index].bytes) {
            let child = nodes[node].words[index].node
            if let leaf = leaf(below: child, from: next, of: path, &parameters) { return leaf }
        }
        if let child = nodes[node].parameter {
            parameters.append(segment)
            if let leaf = leaf(below: child, from: next, of: path, &parameters) { return leaf }
            parameters.removeLast()
        }
        if nodes[node].tail != nil { parameters.append(segment.lowerBound..<path.endIndex) }
        return nodes[node].tail
    }

    /// The segment that begins here, nil behind the last one.
    private func segment(from start: Int, of path: ArraySlice<UInt8>) -> Range<Int>? {
        var start = start
        if mergesSlashes {
            while start < path.endIndex, path[start] == ASCII.slash { start += 1 }
            if start >= path.endIndex { return nil }
        }
        guard start <= path.endIndex else { return nil }
        var end = start
        while end < path.endIndex, path[end] != ASCII.slash { end += 1 }
        return start..<end
    }

    private static func equal(_ bytes: ArraySlice<UInt8>, _ word: [UInt8]) -> Bool {
        guard bytes.count == word.count else { return false }
        let (bytes, word) = (bytes.span, word.span)
        for index in bytes.indices where bytes[index] != word[index] { return false }
        return true
    }
}
