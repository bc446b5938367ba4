import Bytes
import TestSupport
import Testing

@testable import PostgresWire

struct NumericCase: CustomTestStringConvertible, Sendable {
    let text: String
    /// What PostgreSQL 15 sends for it.
    let binary: String
    var printed: String
    var testDescription: String { text }

    init(_ text: String, _ binary: String, printed: String? = nil) {
        self.text = text
        self.binary = binary
        self.printed = printed ?? text
    }
}

@Suite struct NumericTests {
    static let cases = [
        NumericCase("0", "0000000000000000"),
        NumericCase("1.50", "000200000000000200011388"),
        NumericCase("0.0001", "0001ffff000000040001"),
        NumericCase("100000000", "00010002000000000001"),
        NumericCase("-12345678.9", "000300014000000104d2162e2328"),
        NumericCase("0.00", "0000000000000002"),
        NumericCase("1e-10", "0001fffd0000000a0064", printed: "0.0000000001"),
        NumericCase(
            "123456789012345678901234567890.123456789",
            "000b000700000009000c0d801ed204d2162e23340d801ed204d2162e2328"),
        NumericCase("9223372036854775807", "0005000400000000039a0d2c0170156516af"),
        NumericCase("-922337203685477580.8", "0006000440000001005c092107f421631d9c1f40"),
        NumericCase("10000", "00010001000000000001"),
        NumericCase("9999.9999", "0002000000000004270f270f"),
        NumericCase("1e20", "00010005000000000001", printed: "100000000000000000000"),
        NumericCase("0.000012", "0001fffe0000000604b0"),
        NumericCase("12e3", "0002000100000000000107d0", printed: "12000"),
        NumericCase("100.5", "000200000000000100641388"),
        NumericCase("0.5", "0001ffff000000011388"),
        NumericCase("70000", "00010001000000000007"),
        NumericCase("-0.01", "0001ffff400000020064"),
        NumericCase("0.00000000000000000001", "0001fffb000000140001"),
        NumericCase("-0", "0000000000000000", printed: "0"),
        NumericCase("+001.50", "000200000000000200011388", printed: "1.50"),
        NumericCase(".5", "0001ffff000000011388", printed: "0.5"),
        NumericCase("5.", "00010000000000000005", printed: "5"),
        NumericCase("NaN", "00000000c0000000"),
        NumericCase("Infinity", "00000000d0000000"),
        NumericCase("-inf", "00000000f0000000", printed: "-Infinity"),
    ]

    @Test(arguments: cases)
    func `a decimal text becomes what PostgreSQL sends for it, and back`(example: NumericCase)
        throws
    {
        var binary: [UInt8] = []
        try binary.appendNumeric(text: Array(example.text.utf8).span)
        #expect(Hex.encode(binary) == example.binary)
        #expect(try printed(binary) == example.printed)
    }

    private func printed(_ binary: [UInt8]) throws -> String {
        var text: [UInt8] = []
        try Numeric(binary.span).append(to: &text)
        return String(utf8: text)
    }

    @Test(arguments: [
        ("00000000d0000020", "Infinity"), ("00000000f0000020", "-Infinity"),
        // More digits than the scale shows, zeros at both ends.
        ("000200000000000100011388", "1.5"), ("000200000000000000011388", "1"),
        ("0003000100000002000000010000", "1.00"),
    ])
    func `forms that are not the shortest are read too`(binary: String, text: String) throws {
        #expect(try printed(hex(binary)) == text)
    }

    @Test(arguments: [
        "", "-", ".", "1.2.3", "1e", "1e+", "e5", "0x10", "1 ", " 1", "1,5", "١", "--1", "nanx",
        "1e5.5", "infinite",
    ])
    func `a text that is no number is refused`(text: String) {
        #expect(throws: FormatFault.malformed(.numeric)) {
            var binary: [UInt8] = []
            try binary.appendNumeric(text: Array(text.utf8).span)
        }
    }

    @Test(arguments: [
        "1e131072", "1e-16384", "1e99999999999999999999", "1e-99999999999999999999",
    ])
    func `a number beyond PostgreSQL's digits is out of range`(text: String) {
        #expect(throws: FormatFault.outOfRange(.numeric)) {
            var binary: [UInt8] = []
            try binary.appendNumeric(text: Array(text.utf8).span)
        }
    }

    // MARK: Scaled integers

    static let scaled: [(value: Int64, scale: Int, text: String)] = [
        (0, 0, "0"), (0, 2, "0.00"), (150, 2, "1.50"), (-1, 2, "-0.01"),
        (1, 18, "0.000000000000000001"),
        (.max, 0, "9223372036854775807"), (.min, 0, "-9223372036854775808"),
        (.max, 18, "9.223372036854775807"), (.min, 18, "-9.223372036854775808"),
        (.max, 1, "922337203685477580.7"), (.min, 5, "-92233720368547.75808"),
        (100_000_000, 0, "100000000"), (1_000_050, 2, "10000.50"), (12_345, 4, "1.2345"),
        (10, 1, "1.0"), (99_999_999, 4, "9999.9999"),
    ]

    @Test(arguments: scaled)
    func `a scaled integer is the number that its text is`(value: Int64, scale: Int, text: String)
        throws
    {
        var binary: [UInt8] = []
        binary.appendNumeric(scaled: value, scale: scale)
        var fromText: [UInt8] = []
        try fromText.appendNumeric(text: Array(text.utf8).span)
        #expect(binary == fromText)
        #expect(try printed(binary) == text)
        #expect(try Numeric(binary.span).scaled(to: scale) == value)
    }

    @Test(arguments: [
        ("0.001", 2, FormatFault.inexact(.numeric)), ("0.00001", 4, .inexact(.numeric)),
        ("9223372036854775808", 0, .outOfRange(.numeric)),
        ("-9223372036854775809", 0, .outOfRange(.numeric)),
        ("92233720368547758.08", 2, .outOfRange(.numeric)), ("1e30", 0, .outOfRange(.numeric)),
        ("1e18", 18, .outOfRange(.numeric)), ("NaN", 0, .notFinite(.numeric)),
        ("-Infinity", 0, .notFinite(.numeric)),
    ])
    func `what does not fit a scaled integer is refused`(
        text: String, scale: Int, fault: FormatFault
    ) throws {
        var binary: [UInt8] = []
        try binary.appendNumeric(text: Array(text.utf8).span)
        #expect(throws: fault) { try Numeric(binary.span).scaled(to: scale) }
    }

    @Test func `decimals that are zero do not count as inexact`() throws {
        var binary: [UInt8] = []
        try binary.appendNumeric(text: Array("1.500000".utf8).span)
        #expect(try Numeric(binary.span).scaled(to: 1) == 15)
    }

    @Test func `random numbers survive both ways`() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let value = Int64(truncatingIfNeeded: generator.next()) >> (generator.next() % 63)
            let scale = Int(generator.next() % 19)
            var binary: [UInt8] = []
            binary.appendNumeric(scaled: value, scale: scale)
            #expect(try Numeric(binary.span).scaled(to: scale) == value)
            var again: [UInt8] = []
            try again.appendNumeric(text: Array(try printed(binary).utf8).span)
            #expect(again == binary, "\(value) \(scale)")
        }
    }

    @Test(arguments: [
        "", "0000", "00010000000000", "0001000000000000", "0000000012340000",
        "0000000000004000", "00010000000000002710", "0001000000000000ffff", "000000000000000000",
    ])
    func `bytes that are no numeric are refused`(binary: String) {
        #expect(throws: FormatFault.self) { _ = try printed(hex(binary)) }
    }

    @Test func `the heaviest numeric is printed within its digits`() throws {
        // One digit of the greatest weight, and of the least.
        #expect(try printed(hex("00017fff000000000001")).utf8.count == 131_069)
        #expect(try printed(hex("00018000000000000001")) == "0")
    }
}
