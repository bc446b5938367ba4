import Bytes

/// Looks at rows for what the types of arrays do not say: whether elements are null, or arrays.
struct ArrayLook {
    private let columns: [String]
    /// The places of arrays among the columns.
    private let places: [Int]
    private var withNulls: Set<Int> = []
    private var nested: Set<Int> = []

    /// - Parameter columns: those of rows; none for all of the table.
    init(_ columns: [String], of table: SourceTable?) {
        let all = columns.isEmpty ? table?.columns.map(\.name) ?? [] : columns
        self.columns = all
        places = all.indices.filter { (table?.column(all[$0])?.type.dimensions ?? 0) > 0 }
    }

    /// A line of COPY.
    mutating func look(at line: Span<UInt8>) {
        guard let last = places.last else { return }
        var (place, start) = (0, 0)
        while place <= last {
            let end = line.firstIndex(of: ASCII.tab, from: start) ?? line.count
            if places.contains(place) { look(at: line.extracting(start..<end), place) }
            guard end < line.count else { return }
            (place, start) = (place + 1, end + 1)
        }
    }

    /// The rows of INSERT, from VALUES on. What is no row is told when it is loaded.
    mutating func look(atValues cursor: inout TokenCursor) {
        guard !places.isEmpty else { return }
        if cursor.accept("overriding") { cursor.advance(2) }
        guard cursor.accept("values") else { return }
        repeat {
            guard cursor.accept(symbol: "("), let nodes = try? cursor.list(),
                cursor.accept(symbol: ")")
            else { return }
            for place in places where place < nodes.count {
                guard let text = nodes[place].constant else { continue }
                look(at: Array(text.utf8).span, place)
            }
        } while cursor.accept(symbol: ",")
    }

    private mutating func look(at text: Span<UInt8>, _ place: Int) {
        var index = 0
        while let found = text.firstIndex(of: ASCII.leftBrace, from: index) {
            if found + 1 < text.count, text[found + 1] == ASCII.leftBrace { nested.insert(place) }
            index = found + 1
        }
        index = 0
        while let found = text.firstIndex(of: UInt8(ascii: "N"), from: index) {
            if found > 0, found + 4 < text.count,
                text[found - 1] == ASCII.comma || text[found - 1] == ASCII.leftBrace,
                text[found + 4] == ASCII.comma || text[found + 4] == ASCII.rightBrace,
                ASCII.equal(text.extracting(found..<found + 4), "NULL")
            {
                withNulls.insert(place)
            }
            index = found + 1
        }
    }

    /// Writes down what was seen.
    func note(in table: inout SourceTable) {
        for place in withNulls {
            table.change(column: columns[place]) { $0.hasNullElements = true }
        }
        for place in nested { table.change(column: columns[place]) { $0.hasNestedElements = true } }
    }
}
