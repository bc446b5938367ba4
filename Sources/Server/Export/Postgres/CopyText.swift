import Bytes
import Store
import Values

/// Writes rows in the text form of PostgreSQL's COPY.
struct CopyText {
    private let isJSON: [Bool]
    /// The columns that are written: what is computed is computed again.
    private let places: [Int]

    init(_ table: Table) {
        places = Self.places(of: table)
        isJSON = table.columns.map { $0.type == .json }
    }

    /// The columns whose values are written, by their places.
    static func places(of table: Table) -> [Int] {
        table.givenColumns.filter(table.shown.indices.contains)
    }

    /// Appends a row.
    func append(_ row: WireRow, to text: inout [UInt8]) {
        for (position, index) in places.enumerated() {
            if position > 0 { text.append(ASCII.tab) }
            let value = row.bytes.span.extracting(row.place(index))
            if ASCII.equal(value, "null") {
                text.append(ascii: "\\N")
            } else if value.count > 1, value[0] == ASCII.quote, !isJSON[index] {
                let characters = [UInt8](unescaping: value.extracting(1..<(value.count - 1)))
                text.append(copyText: characters.span)
            } else {
                text.append(copyText: value)
            }
        }
        text.append(ASCII.lf)
    }
}

extension [UInt8] {
    fileprivate mutating func append(copyText value: Span<UInt8>) {
        for index in value.indices {
            switch value[index] {
            case ASCII.backslash: append(ascii: "\\\\")
            case ASCII.lf: append(ascii: "\\n")
            case ASCII.cr: append(ascii: "\\r")
            case ASCII.tab: append(ascii: "\\t")
            default: append(value[index])
            }
        }
    }
}
