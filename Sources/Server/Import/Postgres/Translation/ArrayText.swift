import Bytes

/// Arrays as PostgreSQL writes them: `{a,"b,c",NULL}` (manual, "Array Input and Output Syntax").
enum ArrayText {
    /// The elements of an array of one dimension, nil for NULL; nil for what is none.
    static func elements(of text: String) -> [String?]? {
        guard case .list(let nodes)? = parse(Array(text.utf8)) else { return nil }
        var elements: [String?] = []
        for node in nodes {
            switch node {
            case .list: return nil
            case .null: elements.append(nil)
            case .text(let bytes): elements.append(String(utf8: bytes))
            }
        }
        return elements
    }

    /// An array, or an element.
    indirect enum Node {
        case list([Node])
        case text([UInt8])
        case null
    }

    /// An array of any dimensions; nil for what is none.
    static func parse(_ bytes: [UInt8]) -> Node? {
        var reader = Reader(bytes: bytes)
        // Bounds that are not as usual stand in front.
        if bytes.first == ASCII.leftBracket {
            guard let equals = bytes.firstIndex(of: ASCII.equals) else { return nil }
            reader.place = equals + 1
        }
        guard let node = reader.list(depth: 0), reader.place == bytes.count else { return nil }
        return node
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        private var byte: UInt8? { place < bytes.count ? bytes[place] : nil }

        mutating func list(depth: Int) -> Node? {
            guard byte == ASCII.leftBrace, depth < 8 else { return nil }
            place += 1
            var nodes: [Node] = []
            if byte == ASCII.rightBrace {
                place += 1
                return .list([])
            }
            while true {
                guard let node = byte == ASCII.leftBrace ? list(depth: depth + 1) : element()
                else { return nil }
                nodes.append(node)
                defer { place += 1 }
                if byte == ASCII.rightBrace { return .list(nodes) }
                guard byte == ASCII.comma else { return nil }
            }
        }

        private mutating func element() -> Node? {
            var text: [UInt8] = []
            if byte == ASCII.quote {
                place += 1
                while let next = byte, next != ASCII.quote {
                    if next == ASCII.backslash { place += 1 }
                    guard let taken = byte else { return nil }
                    text.append(taken)
                    place += 1
                }
                guard byte == ASCII.quote else { return nil }
                place += 1
                return .text(text)
            }
            while let next = byte, next != ASCII.comma, next != ASCII.rightBrace {
                if next == ASCII.backslash { place += 1 }
                guard let taken = byte else { return nil }
                text.append(taken)
                place += 1
            }
            if text.count == 4, text.map({ ASCII.lowercased($0) }) == Array("null".utf8) {
                return .null
            }
            return text.isEmpty ? nil : .text(text)
        }
    }
}
