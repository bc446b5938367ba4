import Bytes

@testable import PostgresWire

/// Any bytes are a value of each type or a fault; a number that is printed is read again as the
/// same.
@Sendable func fuzzValue(_ bytes: [UInt8]) {
    let span = bytes.span
    _ = try? Binary.bool(span)
    _ = try? Binary.int2(span)
    _ = try? Binary.int4(span)
    _ = try? Binary.int8(span)
    _ = try? Binary.float4(span)
    _ = try? Binary.float8(span)
    _ = try? Binary.timestamp(span)
    _ = try? Binary.date(span)
    _ = try? Binary.time(span)
    _ = try? Binary.interval(span)
    _ = try? Binary.jsonb(span).count
    readParts(bytes)
    readUUID(bytes)
    readNumeric(bytes)
    var number: [UInt8] = []
    try? number.appendNumeric(text: span)
}

/// As what holds several values.
private func readParts(_ bytes: [UInt8]) {
    for type in [TypeOID.int4, .text] {
        guard var array = try? ArrayReader(bytes.span, of: type) else { continue }
        while !array.isAtEnd { _ = array.next()?.count }
    }
    var copy = BinaryCopyReader()
    if var row = try? copy.row(in: bytes.span) {
        while !row.isAtEnd { _ = row.next()?.count }
    }
}

private func readUUID(_ bytes: [UInt8]) {
    var text: [UInt8] = []
    guard (try? Binary.appendUUID(bytes.span, to: &text)) != nil else { return }
    require(Hex.decode(text.filter { $0 != ASCII.minus }) == bytes, "\(bytes) is \(text)")
}

private func readNumeric(_ bytes: [UInt8]) {
    guard let numeric = try? Numeric(bytes.span) else { return }
    for scale in [0, 2, 18] { _ = try? numeric.scaled(to: scale) }
    let text = printed(numeric)
    var again: [UInt8] = []
    guard (try? again.appendNumeric(text: text.span)) != nil else { return }
    guard let second = try? Numeric(again.span) else { fatalError("\(again) is no number") }
    // Zero loses its sign.
    require(
        printed(second) == text || printed(second) == Array(text.dropFirst()),
        String(decoding: text, as: UTF8.self))
}

private func printed(_ numeric: borrowing Numeric) -> [UInt8] {
    var text: [UInt8] = []
    numeric.append(to: &text)
    return text
}
