import Bytes
import Testing

@testable import PostgresWire

/// Lets `write` write one value; its bytes without the length.
func written(_ write: (inout FieldWriter) throws -> Void) rethrows -> [UInt8] {
    var writer = FieldWriter(appendingTo: [])
    try write(&writer)
    let count = writer.count
    let bytes = writer.finish()
    #expect(count == 1)
    let length = bytes.span.bigEndian(at: 0, as: Int32.self)
    #expect(Int(length) == bytes.count - 4 || (length == -1 && bytes.count == 4))
    return Array(bytes.dropFirst(4))
}

/// What PostgreSQL 15 sends for values, and what they are here.
@Suite struct FormatTests {
    @Test func `whole numbers come and go`() throws {
        for value in [Int64.min, -1, 0, 1, .max] {
            let short = Int32(truncatingIfNeeded: value)
            let shorter = Int16(truncatingIfNeeded: value)
            let unsigned = UInt64(bitPattern: value)
            let eight = written { $0.int8(value) }
            let four = written { $0.int4(short) }
            let two = written { $0.int2(shorter) }
            #expect(try Binary.int8(eight.span) == value)
            #expect(try Binary.int4(four.span) == short)
            #expect(try Binary.int2(two.span) == shorter)
            #expect(try Binary.xid8(eight.span) == unsigned && Binary.lsn(eight.span) == unsigned)
            #expect(written { $0.xid8(unsigned) } == eight && written { $0.lsn(unsigned) } == eight)
        }
        #expect(try Binary.oid(hex("ee6b2800").span) == 4_000_000_000)
        #expect(try Binary.lsn(hex("00000016b374d848").span) == 0x16_B374_D848)
        #expect(written { $0.int4(-2) } == hex("fffffffe"))
    }

    @Test func `truth values are one byte`() throws {
        #expect(try Binary.bool([UInt8]([1]).span) && !Binary.bool([UInt8]([0]).span))
        #expect(written { $0.bool(true) } == [1] && written { $0.bool(false) } == [0])
        #expect(throws: FormatFault.malformed(.bool)) { try Binary.bool([UInt8]([2]).span) }
    }

    @Test(arguments: [
        ("7ff8000000000000", Double.nan), ("7ff0000000000000", Double.infinity),
        ("fff0000000000000", -Double.infinity), ("8000000000000000", -0.0),
        ("3fb999999999999a", 0.1),
        ("7fe1ccf385ebc8a0", 1e308), ("0000000000000001", .leastNonzeroMagnitude),
    ])
    func `doubles keep every bit`(binary: String, value: Double) throws {
        #expect(try Binary.float8(hex(binary).span).bitPattern == value.bitPattern)
        #expect(written { $0.float8(value) } == hex(binary))
    }

    @Test(arguments: [
        ("7fc00000", Float.nan), ("3fc00000", 1.5), ("ff800000", -Float.infinity),
    ])
    func `floats keep every bit`(binary: String, value: Float) throws {
        #expect(try Binary.float4(hex(binary).span).bitPattern == value.bitPattern)
        #expect(written { $0.float4(value) } == hex(binary))
    }

    @Test(arguments: [
        ("7fffffffffffffff", Unbounded.infinity), ("8000000000000000", .negativeInfinity),
        ("fffca2fec4c82000", .finite(0)), ("0000000000000000", .finite(946_684_800_000_000)),
        ("ffffffffffffffff", .finite(946_684_799_999_999)),
        ("ff1fe2ffc59c6000", .finite(-62_135_596_800_000_000)),
        ("0380e70b913b7fff", .finite(253_402_300_799_999_999)),
        ("fd0f7fbdaf17e000", .finite(-210_863_520_000_000_000)),
        ("000303c566e91340", .finite(1_795_256_100_123_456)),
    ])
    func `moments count from another year`(binary: String, moment: Unbounded) throws {
        #expect(try Binary.timestamp(hex(binary).span) == moment)
        #expect(try written { try $0.timestamp(moment) } == hex(binary))
    }

    @Test func `moments that 64 bits do not hold in the other count are out of range`() {
        // 294276-12-31 23:59:59.999999+00
        #expect(throws: FormatFault.outOfRange(.timestamptz)) {
            try Binary.timestamp(hex("7fffff5bb3b29fff").span)
        }
        for microseconds in [Int64.min, .min + epochMicroseconds] {
            #expect(throws: FormatFault.outOfRange(.timestamptz)) {
                _ = try written { try $0.timestamp(.finite(microseconds)) }
            }
        }
    }

    @Test(arguments: [
        ("7fffffff", Unbounded.infinity), ("80000000", .negativeInfinity), ("ffffd533", .finite(0)),
        ("fff4dbf9", .finite(-719_162)), ("002c95d3", .finite(2_932_896)),
        ("7fda970c", .finite(2_145_042_905)), ("ffda97cd", .finite(-2_440_550)),
    ])
    func `days count from another year`(binary: String, day: Unbounded) throws {
        #expect(try Binary.date(hex(binary).span) == day)
        #expect(try written { try $0.date(day) } == hex(binary))
    }

    @Test(arguments: [
        Int64.min, .max, 2_147_483_647 + 10_957, -2_147_483_648 + 10_957,
    ])
    func `days that 32 bits do not hold, or that would mean infinity, are out of range`(day: Int64)
    {
        #expect(throws: FormatFault.outOfRange(.date)) {
            _ = try written { try $0.date(.finite(day)) }
        }
    }

    @Test(arguments: [
        ("0000000000000000", Int64(0)), ("000000141dd76000", 86_400_000_000),
        ("000000141dd75fff", 86_399_999_999),
    ])
    func `times of day end with 24:00`(binary: String, time: Int64) throws {
        #expect(try Binary.time(hex(binary).span) == time)
        #expect(try written { try $0.time(time) } == hex(binary))
        #expect(throws: FormatFault.outOfRange(.time)) {
            try Binary.time(hex("000000141dd76001").span)
        }
        #expect(throws: FormatFault.outOfRange(.time)) {
            _ = try written { try $0.time(-1) }
        }
    }

    @Test(arguments: [
        ("0000000000000003fffffffe00000001", Interval(microseconds: 3, days: -2, months: 1)),
        ("000000000000000000000000fffffff4", Interval(microseconds: 0, days: 0, months: -12)),
    ])
    func `intervals have three parts`(binary: String, value: Interval) throws {
        #expect(try Binary.interval(hex(binary).span) == value)
        #expect(written { $0.interval(value) } == hex(binary))
    }

    @Test func `a UUID is sixteen bytes, or text in lower case`() throws {
        let text = "0189f7e2-1c9d-7a3b-8c4d-123456789abc"
        let binary = hex("0189f7e21c9d7a3b8c4d123456789abc")
        var read: [UInt8] = []
        try Binary.appendUUID(binary.span, to: &read)
        #expect(String(utf8: read) == text)
        for spelling in [text, text.uppercased()] {
            let bytes = Array(spelling.utf8)
            #expect(try written { try $0.uuid(bytes.span) } == binary)
        }
    }

    @Test(arguments: [
        "", "0189f7e2-1c9d-7a3b-8c4d-123456789ab", "0189f7e21c9d7a3b8c4d123456789abc----",
        "0189f7e2-1c9d-7a3b-8c4d-123456789abg", "{189f7e2-1c9d-7a3b-8c4d-123456789abc",
        "0189f7e2-1c9d-7a3b-8c4d1-23456789abc", "0189f7e2-1c9d-7a3b-8c4d-123456789abc0",
    ])
    func `a text that is no UUID is refused, and nothing is written of the step`(text: String) {
        let bytes = Array(text.utf8)
        #expect(throws: FormatFault.malformed(.uuid)) {
            _ = try written { try $0.uuid(bytes.span) }
        }
    }

    @Test func `jsonb has a version in front of its text`() throws {
        let text = Array(#"{"a": 1}"#.utf8)
        let binary = written { $0.jsonb(text.span) }
        #expect(binary == [1] + text)
        #expect(try Binary.jsonb(binary.span).copied == text)
        for (bytes, fault) in [
            ([UInt8]([2, 0x31]), FormatFault.malformed(.jsonb)),
            ([1], .wrongSize(1, type: .jsonb)), ([], .wrongSize(0, type: .jsonb)),
        ] {
            #expect(throws: fault) { _ = try Binary.jsonb(bytes.span).count }
        }
    }

    @Test func `bytes and texts are what they are`() {
        #expect(written { $0.text("Grüße") } == Array("Grüße".utf8))
        #expect(written { $0.raw([UInt8]([0, 0xFF]).span) } == [0, 0xFF])
        #expect(written { $0.text("") } == [] && written { $0.null() } == [])
    }

    @Test(arguments: 0..<20)
    func `values of a wrong size are refused`(count: Int) {
        let bytes = [UInt8](repeating: 0, count: count)
        let span = bytes.span
        #expect(((try? Binary.bool(span)) != nil) == (count == 1))
        #expect(((try? Binary.int2(span)) != nil) == (count == 2))
        #expect(((try? Binary.int4(span)) != nil) == (count == 4))
        #expect(((try? Binary.int8(span)) != nil) == (count == 8))
        #expect(((try? Binary.float4(span)) != nil) == (count == 4))
        #expect(((try? Binary.float8(span)) != nil) == (count == 8))
        #expect(((try? Binary.timestamp(span)) != nil) == (count == 8))
        #expect(((try? Binary.date(span)) != nil) == (count == 4))
        #expect(((try? Binary.interval(span)) != nil) == (count == 16))
        var text: [UInt8] = []
        #expect(((try? Binary.appendUUID(span, to: &text)) != nil) == (count == 16))
    }

    @Test func `every type has a name, a number and an array of its own`() {
        let known = TypeOID.known
        #expect(known.count == 24)
        #expect(Set(known.map(\.rawValue)).count == 24)
        #expect(Set(known.compactMap { $0.array?.rawValue }).count == 24)
        for type in known {
            #expect(type.array?.element == type && type.format == .binary)
            #expect(type.array?.format == .binary && type.element == nil)
        }
        #expect(TypeOID.int4.array?.name == "int4[]")
        #expect(TypeOID(rawValue: 90_000).format == .text && TypeOID.unspecified.name == nil)
    }
}
