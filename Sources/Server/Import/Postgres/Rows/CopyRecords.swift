import Bytes
import Diagnostics

/// The rows behind COPY in its text form (manual, "COPY", "Text Format").
struct CopyRecords: ImportRecords {
    private let reader: ScriptReader
    private let conversion: RowConversion
    private var isOver = false

    /// - Parameter input: stands before the first row.
    init(_ input: InputBytes, _ conversion: RowConversion) {
        reader = ScriptReader(input: input)
        self.conversion = conversion
    }

    mutating func next() throws -> ImportRecord? {
        if isOver { return nil }
        let line = reader.input.line
        let conversion = conversion
        let found = try reader.line { bytes in Self.object(bytes, conversion) }
        switch found {
        case .row(let json)?:
            return ImportRecord(line: line, json: json, columns: conversion.columns)
        case .end?, nil:
            isOver = true
            return nil
        case .malformed(let count)?:
            throw ImportFault(
                line: line,
                malformed: "the row has \(counted(count, "value")), and its table "
                    + counted(conversion.columns.count, "column"))
        }
    }

    private enum Line {
        case row([UInt8])
        case end
        case malformed(count: Int)
    }

    private static func object(_ line: Span<UInt8>, _ conversion: RowConversion) -> Line {
        if line.count == 2, line[0] == ASCII.backslash, line[1] == ASCII.dot { return .end }
        var json: [UInt8] = []
        json.reserveCapacity(line.count + conversion.columns.count * 16)
        var (start, place) = (0, 0)
        while true {
            let end = line.firstIndex(of: ASCII.tab, from: start) ?? line.count
            if place < conversion.columns.count {
                append(line.extracting(start..<end), place, conversion, to: &json)
            }
            place += 1
            if end == line.count { break }
            start = end + 1
        }
        guard place == conversion.columns.count else { return .malformed(count: place) }
        json.append(ASCII.rightBrace)
        return .row(json)
    }

    private static func append(
        _ field: Span<UInt8>, _ place: Int, _ conversion: RowConversion, to json: inout [UInt8]
    ) {
        guard field.firstIndex(of: ASCII.backslash, from: 0) != nil else {
            return conversion.append(field, place, to: &json)
        }
        if field.count == 2, field[0] == ASCII.backslash, field[1] == UInt8(ascii: "N") {
            return conversion.appendNull(place, to: &json)
        }
        let text = unescaped(field)
        conversion.append(text.span, place, to: &json)
    }

    private static func unescaped(_ field: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(field.count)
        var index = 0
        while index < field.count {
            let byte = field[index]
            index += 1
            if byte == ASCII.backslash {
                ScriptEscape.append(field, &index, .copy, to: &text)
            } else {
                text.append(byte)
            }
        }
        return text
    }
}
