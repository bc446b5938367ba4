import Bytes
import Testing

@testable import PostgresWire

@Suite struct ArrayTests {
    /// The elements of a binary array of int4.
    private func numbers(_ bytes: [UInt8]) throws -> [Int32?] {
        var reader = try ArrayReader(bytes.span, of: .int4)
        var found: [Int32?] = []
        while !reader.isAtEnd {
            if let element = reader.next() {
                found.append(try Binary.int4(element))
            } else {
                found.append(nil)
            }
        }
        return found
    }

    /// What PostgreSQL 15 sends for `array[1, null, 3]`.
    static let withNull = hex(
        "00000001 00000001 00000017 00000003 00000001 00000004 00000001 ffffffff 00000004 00000003")

    @Test(arguments: [[1, nil, 3], [], [7], [nil]] as [[Int32?]])
    func `an array comes back as it went`(values: [Int32?]) throws {
        let bytes = written { writer in
            writer.array(of: .int4) { elements in
                for value in values {
                    if let value { elements.int4(value) } else { elements.null() }
                }
            }
        }
        #expect(try numbers(bytes) == values)
        if values == [1, nil, 3] { #expect(bytes == Self.withNull) }
        if values.isEmpty { #expect(bytes == hex("00000000 00000000 00000017")) }
    }

    @Test func `an array of texts keeps empty ones and NULL apart`() throws {
        let bytes = written { writer in
            writer.array(of: .text) { elements in
                elements.text("a")
                elements.null()
                elements.text("")
            }
        }
        #expect(
            bytes
                == hex("00000001 00000001 00000019 00000003 00000001 00000001 61 ffffffff 00000000")
        )
    }

    @Test func `dimensions are read, the last one fastest`() throws {
        let bytes = hex(
            "00000002 00000000 00000017 00000002 00000001 00000002 00000001"
                + "00000004 00000001 00000004 00000002 00000004 00000003 00000004 00000004")
        let reader = try ArrayReader(bytes.span, of: .int4)
        let (dimensions, count) = (reader.dimensionCount, reader.count)
        let lengths = (0..<dimensions).map { reader.length(ofDimension: $0) }
        #expect(count == 4 && lengths == [2, 2])
        #expect(try numbers(bytes) == [1, 2, 3, 4])
    }

    @Test func `a throwing element leaves no half array in the step`() throws {
        let session = readySession()
        let unit = session.begin()
        let shape = StatementShape("x", parameters: [.uuid.array ?? .uuid])
        #expect(throws: FormatFault.malformed(.uuid)) {
            try session.execute(shape, in: unit) { (fields) throws(FormatFault) in
                try fields.array(of: .uuid) { (elements) throws(FormatFault) in
                    try elements.uuid([UInt8]([1]).span)
                }
            }
        }
        session.sync(unit)
        #expect(session.saidTypes() == "PS")
        #expect(session.hear(Backend.parsed + Backend.idle) == ["finished 1 succeeded idle"])
        #expect(session.knows(shape))
    }

    @Test func `an array of another type is refused by its name`() {
        #expect(throws: FormatFault.wrongElement(.int4, expected: .text)) {
            let bytes = Self.withNull
            _ = try ArrayReader(bytes.span, of: .text).count
        }
    }

    @Test(arguments: [
        "", "00000001", "ffffffff 00000000 00000017", "00000007 00000000 00000017",
        "00000001 00000000 00000017", "00000001 00000000 00000017 ffffffff 00000001",
        "00000001 00000000 00000017 7fffffff 00000001",
        "00000006 00000000 00000017 00010000 00000001 00010000 00000001 00010000 00000001"
            + "00010000 00000001 00010000 00000001 00010000 00000001",
        "00000001 00000000 00000017 00000001 00000001 00000004 0000",
        "00000001 00000000 00000017 00000001 00000001 fffffffe",
        "00000001 00000000 00000017 00000001 00000001 7fffffff",
        "00000000 00000000 00000017 00",
    ])
    func `bytes that are no array are refused`(bytes: String) {
        #expect(throws: FormatFault.self) { try numbers(hex(bytes)) }
    }

    @Test func `a prefix of an array is none`() {
        for count in Self.withNull.indices {
            #expect(throws: FormatFault.self) { try numbers(Array(Self.withNull[..<count])) }
        }
    }
}
